-- Why: while the log cannot be written, a probe asks once a second whether it can be again. One that only
-- updates the head finds room on a page that is there already; a full disk shows when a table has to grow.
-- Locks: none on what exists. Time on a big table: none.
--
-- A runtime login of its own needs, besides what 0002 says: grant execute on function audit.probe to ROLE.

create table audit.probe (
    filler text not null
);
-- Neither compressed nor moved out of line: a row is a page.
alter table audit.probe alter column filler set storage plain;
comment on table audit.probe is 'Empty: what audit.probe() writes to see whether a table can grow, and deletes again';

-- In a transaction that holds audit.lock_head().
create function audit.probe() returns void
language plpgsql security definer
set search_path = pg_catalog, audit, pg_temp
as $$
begin
    insert into audit.probe (filler) select repeat('x', 7000) from generate_series(1, 8);
    delete from audit.probe;
    update audit.head set updated_at = clock_timestamp();
end
$$;
comment on function audit.probe() is 'Writes what a batch of events would take, and commits it to nothing';

revoke all on table audit.probe from public;
revoke execute on function audit.probe() from public;

-- To whom 0002 gave the log, with what a login that runs everything needs.
do $$
declare
    v_owner constant regrole := (select nspowner from pg_namespace where nspname = 'audit');
begin
    execute format('alter table audit.probe owner to %s', v_owner);
    execute format('alter function audit.probe() owner to %s', v_owner);
    execute format('grant select on audit.probe to %I', current_user);
    execute format('grant execute on function audit.probe() to %I', current_user);
end
$$;
