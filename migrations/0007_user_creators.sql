-- Why: a list of users says who made each, as it does for tokens (users.locked_by_user_id says who locked).
-- Locks: ACCESS EXCLUSIVE on users for a moment: a column without a default is not written to rows. The
-- foreign key and the index each read the table once; it holds a row per person.

alter table users
    add column created_by_user_id bigint
        constraint users_created_by_user_fk references users (id) on delete set null;
create index users_created_by_user_idx on users (created_by_user_id)
    where created_by_user_id is not null;
create index users_locked_by_user_idx on users (locked_by_user_id)
    where locked_by_user_id is not null;
comment on column users.created_by_user_id is 'Who made the entry; null for those a start-up list made';
