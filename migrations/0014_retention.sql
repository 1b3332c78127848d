-- Why: what is older than LOG_RETENTION_DAYS leaves the audit log (docs/adr/0015-retention.md): whole groups of 256
-- from the log's beginning, whose roots stay, so that what is left can still be verified and proven. And
-- checkpoints, of which a quiet log makes nearly as many as it has events, are thinned out to one a day.
-- Locks: access exclusive on audit.audit_event, audit.head and audit.checkpoint for an instant (their triggers). Time on a
-- big table: none.
--
-- A runtime login of its own needs, besides what 0013 says, and gets it here if it may append:
--   grant select on audit.retention, audit.kept_leaves to ROLE;
--   grant execute on function audit.prune, audit.thin_checkpoints, audit.lasting_checkpoints to ROLE;
-- It can remove nothing that audit.retention.days does not allow, and cannot change that: only the owner can.

create table audit.retention (
    singleton boolean not null default true
        constraint retention_pkey primary key constraint retention_is_one_row check (singleton),
    days integer,
    released_before bigint not null default 0,
    changed_at timestamptz not null default now(),
    constraint retention_days_positive check (days > 0),
    constraint retention_in_groups check (released_before >= 0 and released_before % 256 = 0)
);
comment on table audit.retention is 'How old an event must be to be removed, and what was released; one row';
comment on column audit.retention.days is 'Nothing younger is removed, whoever asks; NULL: nothing at all';
comment on column audit.retention.released_before is
    'Events below this index may be deleted; audit.head.pruned_before once they are';
insert into audit.retention default values;

create table audit.kept_leaves (
    index bigint constraint kept_leaves_pkey primary key,
    leaves bytea not null,
    constraint kept_leaves_size check (octet_length(leaves) = 256 * 32)
);
comment on table audit.kept_leaves is
    'The leaf hashes of groups whose events were removed and inside of which a lasting checkpoint ends: a proof from it needs them';

-- What is asked of a checkpoint that is to stay for ever: it is the last of its day (UTC).
create function audit.lasting_checkpoints(p_from bigint, p_before bigint) returns setof bigint
language sql stable
set search_path = pg_catalog, audit, pg_temp
as $$
    select c.tree_size from audit.checkpoint c
    where c.tree_size >= p_from and c.tree_size < p_before
      and (c.created_at at time zone 'UTC')::date is distinct from (
          select (n.created_at at time zone 'UTC')::date from audit.checkpoint n
          where n.tree_size > c.tree_size order by n.tree_size limit 1)
$$;
comment on function audit.lasting_checkpoints is 'Sizes of the checkpoints that are the last of their day';

-- Removes the events below p_before, and of the checkpoints there those that do not last. Each call is a
-- transaction of its own and takes 40 groups at most; the head is locked for its last statement alone, so that
-- appending does not wait for the deleting.
--   p_days           how old everything must be at least, by its own time and by the database's clock, which
--                    stored a checkpoint of it that long ago; never less than audit.retention.days
--   p_tree_size_limit  not beyond that; an anchor that exists limits it as well
--   p_groups, p_leaves  the leaves of each group in which a lasting checkpoint ends
create function audit.prune(
    p_before bigint,
    p_days bigint,
    p_tree_size_limit bigint,
    p_groups bigint[],
    p_leaves bytea[]
) returns bigint
language plpgsql security definer
set search_path = pg_catalog, audit, pg_temp
as $$
declare
    v_from bigint;
    v_least bigint;
    v_cutoff timestamptz;
    v_newest timestamptz;
    v_removed bigint;
begin
    -- Whoever prunes at the same time waits here.
    select r.released_before, r.days into v_from, v_least from audit.retention r for update;
    if v_least is null then
        raise exception 'audit.retention allows nothing to be removed'
            using errcode = 'insufficient_privilege';
    end if;
    v_cutoff := now() - make_interval(days => greatest(p_days, v_least)::integer);
    if p_before % 256 <> 0 or p_before <= v_from or p_before > v_from + 40 * 256 then
        raise exception 'events are removed by groups of 256, from %, 40 groups at a time', v_from
            using errcode = 'integrity_constraint_violation', constraint = 'audit_prune_in_groups';
    end if;
    if p_before > p_tree_size_limit
        or p_before > (select a.tree_size from audit.anchor a order by a.id desc limit 1) then
        raise exception 'the events are in no anchor yet'
            using errcode = 'integrity_constraint_violation', constraint = 'audit_prune_below_anchor';
    end if;
    if not exists (
        select from (select c.created_at from audit.checkpoint c where c.tree_size >= p_before
                     order by c.tree_size limit 1) as boundary
        where boundary.created_at <= v_cutoff) then
        raise exception 'no checkpoint old enough covers the events'
            using errcode = 'integrity_constraint_violation', constraint = 'audit_prune_below_checkpoint';
    end if;
    if (select count(*) from audit.subtree s where s.index >= v_from / 256 and s.index < p_before / 256)
        <> (p_before - v_from) / 256 then
        raise exception 'the events have no roots that could stay'
            using errcode = 'integrity_constraint_violation', constraint = 'audit_prune_leaves_roots';
    end if;
    if exists (select from audit.open_intent o where o.chain_index < p_before) then
        raise exception 'an intent among the events has no outcome yet'
            using errcode = 'integrity_constraint_violation', constraint = 'audit_prune_leaves_open_intents';
    end if;
    if exists (select from audit.lasting_checkpoints(v_from, p_before) as lasting(tree_size)
               where lasting.tree_size % 256 <> 0 and lasting.tree_size / 256 <> all (p_groups)) then
        raise exception 'a lasting checkpoint needs leaves that were not given'
            using errcode = 'integrity_constraint_violation', constraint = 'audit_prune_keeps_leaves';
    end if;

    insert into audit.kept_leaves (index, leaves)
    select g.index, g.leaves from unnest(p_groups, p_leaves) as g(index, leaves)
    where g.index >= v_from / 256 and g.index < p_before / 256;
    delete from audit.checkpoint c
    where c.tree_size >= v_from and c.tree_size < p_before
      and c.tree_size not in (select audit.lasting_checkpoints(v_from, p_before));
    update audit.retention set released_before = p_before;
    with gone as (
        delete from audit.audit_event e where e.chain_index < p_before returning e."timestamp"
    )
    select count(*), max(g."timestamp") into v_removed, v_newest from gone g;
    if v_newest > v_cutoff then
        raise exception 'an event is not old enough'
            using errcode = 'integrity_constraint_violation', constraint = 'audit_prune_old_events';
    end if;
    update audit.head set pruned_before = p_before;
    return v_removed;
end
$$;
comment on function audit.prune is
    'Removes a prefix of the log that retention allows; the only way to remove an event';

-- Of checkpoints older than 30 days the last of each day stays; how many went, 10000 at most.
create function audit.thin_checkpoints() returns bigint
language plpgsql security definer
set search_path = pg_catalog, audit, pg_temp
as $$
declare
    v_before constant bigint := coalesce((
        select c.tree_size from audit.checkpoint c where c.created_at < now() - interval '30 days'
        order by c.tree_size desc limit 1), 0);
    v_removed bigint;
begin
    delete from audit.checkpoint c
    where c.tree_size in (
        select s.tree_size from audit.checkpoint s
        where s.tree_size < v_before
          and (s.created_at at time zone 'UTC')::date = (
              select (n.created_at at time zone 'UTC')::date from audit.checkpoint n
              where n.tree_size > s.tree_size order by n.tree_size limit 1)
        order by s.tree_size limit 10000);
    get diagnostics v_removed = row_count;
    return v_removed;
end
$$;
comment on function audit.thin_checkpoints is 'Removes old checkpoints but the last of each day';

create function audit.guard_retention() returns trigger
language plpgsql
set search_path = pg_catalog, audit, pg_temp
as $$
begin
    if new.released_before < old.released_before
        or not exists (select from audit.checkpoint c where c.tree_size >= new.released_before)
        or not exists (select from audit.subtree s where s.index = new.released_before / 256 - 1) then
        raise exception 'retention can only move forward, below a stored checkpoint'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
comment on function audit.guard_retention is 'Keeps what was released from growing without a checkpoint, and from going back';

create or replace function audit.guard_head() returns trigger
language plpgsql
set search_path = pg_catalog, audit, pg_temp
as $$
begin
    if new.next_index < old.next_index then
        raise exception 'the log cannot become shorter' using errcode = 'insufficient_privilege';
    end if;
    if new.pruned_before < old.pruned_before
        or new.pruned_before is distinct from (select r.released_before from audit.retention r) then
        raise exception 'retention can only move forward, to what was released'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;

create or replace function audit.forbid_delete_unless_pruned() returns trigger
language plpgsql
set search_path = pg_catalog, audit, pg_temp
as $$
declare
    v_owner constant name :=
        (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = tg_relid);
    v_released_before constant bigint :=
        coalesce((select r.released_before from audit.retention r), 0);
begin
    if current_user <> v_owner or exists (select from gone g where g.chain_index >= v_released_before) then
        raise exception 'audit.% is append-only: DELETE is not allowed', tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return null;
end
$$;

create function audit.forbid_delete_of_checkpoints() returns trigger
language plpgsql
set search_path = pg_catalog, audit, pg_temp
as $$
declare
    v_owner constant name :=
        (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = tg_relid);
begin
    if current_user <> v_owner
        or exists (select from gone g where g.created_at > now() - interval '1 day')
        or exists (select from gone g where not exists (
            select from audit.checkpoint c where c.tree_size > g.tree_size)) then
        raise exception 'audit.% is append-only: DELETE is not allowed', tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return null;
end
$$;
comment on function audit.forbid_delete_of_checkpoints is
    'Refuses to delete checkpoints but old ones, and never the newest';

drop trigger checkpoint_forbid_change on audit.checkpoint;
create trigger checkpoint_forbid_change before update or truncate on audit.checkpoint
    for each statement execute function audit.forbid_change();
create trigger checkpoint_forbid_delete after delete on audit.checkpoint
    referencing old table as gone
    for each statement execute function audit.forbid_delete_of_checkpoints();
create trigger retention_guard before update on audit.retention
    for each row when (new.released_before <> old.released_before)
    execute function audit.guard_retention();
create trigger retention_forbid_change before delete or truncate on audit.retention
    for each statement execute function audit.forbid_change();
create trigger kept_leaves_forbid_change before update or delete or truncate on audit.kept_leaves
    for each statement execute function audit.forbid_change();
alter table audit.checkpoint enable always trigger checkpoint_forbid_change;
alter table audit.checkpoint enable always trigger checkpoint_forbid_delete;
alter table audit.retention enable always trigger retention_guard;
alter table audit.retention enable always trigger retention_forbid_change;
alter table audit.kept_leaves enable always trigger kept_leaves_forbid_change;

revoke all on table audit.retention, audit.kept_leaves from public;
revoke execute on function audit.prune, audit.thin_checkpoints, audit.lasting_checkpoints, audit.guard_retention,
    audit.forbid_delete_of_checkpoints from public;

-- To whom 0002 gave the log, with what whoever may append needs.
do $$
declare
    v_owner constant regrole := (select nspowner from pg_namespace where nspname = 'audit');
    v_role regrole;
begin
    execute format('alter table audit.retention owner to %s', v_owner);
    execute format('alter table audit.kept_leaves owner to %s', v_owner);
    execute format('alter function audit.prune owner to %s', v_owner);
    execute format('alter function audit.thin_checkpoints owner to %s', v_owner);
    execute format('alter function audit.lasting_checkpoints owner to %s', v_owner);
    execute format('alter function audit.guard_retention owner to %s', v_owner);
    execute format('alter function audit.forbid_delete_of_checkpoints owner to %s', v_owner);
    for v_role in
        select current_user::regrole
        union
        select a.grantee::regrole from pg_proc p cross join aclexplode(p.proacl) a
        where p.oid = 'audit.append'::regproc and a.grantee <> 0 and a.privilege_type = 'EXECUTE'
    loop
        execute format('grant select on audit.retention, audit.kept_leaves to %s', v_role);
        execute format('grant execute on function audit.prune, audit.thin_checkpoints, '
                       'audit.lasting_checkpoints to %s', v_role);
    end loop;
end
$$;
