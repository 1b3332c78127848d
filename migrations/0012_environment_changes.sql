-- Why: an app's environment is read, merged and written on the rack, which compares nothing. While one change
-- is under way no other may begin, on any replica. A row that was not taken away (a replica was killed, or
-- nobody knows what the rack made of the change) stops counting at its time.
-- Locks: none on what exists. Time on a big table: none.

create table env_changes (
    app text constraint env_changes_pkey primary key,
    holder varchar(64) not null,
    expires_at timestamptz not null
);
comment on table env_changes is 'Apps whose environment is being changed this moment';
comment on column env_changes.holder is 'The request that changes it';
