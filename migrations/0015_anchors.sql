-- Why: anchors (docs/adr/0016-anchors.md): one process at a time writes them, and what is noted of them is of a
-- stored checkpoint, and newer than what is there.
-- Locks: none on what exists, which is empty. Time on a big table: none.
--
-- A runtime login of its own needs, besides what 0014 says, and gets it here if it may append:
--   grant select on audit.anchor_turn to ROLE;
--   grant execute on function audit.take_anchor_turn, audit.add_anchor to ROLE;

create table audit.anchor_turn (
    singleton boolean not null default true
        constraint anchor_turn_pkey primary key constraint anchor_turn_is_one_row check (singleton),
    instance bigint,
    ends_at timestamptz not null default '-infinity'
);
comment on table audit.anchor_turn is 'Which process writes anchors, and until when nobody else does; one row';
insert into audit.anchor_turn default values;

create function audit.take_anchor_turn(p_instance bigint, p_seconds bigint) returns boolean
language plpgsql security definer
set search_path = pg_catalog, audit, pg_temp
as $$
begin
    update audit.anchor_turn
    set instance = p_instance, ends_at = clock_timestamp() + make_interval(secs => least(p_seconds, 600))
    where instance = p_instance or ends_at < clock_timestamp();
    return found;
end
$$;
comment on function audit.take_anchor_turn is 'True when it is the caller''s turn to write anchors, for so many seconds';

-- An object that was written twice, or by a process that ended before it came here, is noted once.
create function audit.add_anchor(
    p_tree_size bigint,
    p_retain_until timestamptz,
    p_chain_id text,
    p_bucket text,
    p_object_key text,
    p_version_id text,
    p_body text,
    p_body_hash bytea
) returns void
language plpgsql security definer
set search_path = pg_catalog, audit, pg_temp
as $$
begin
    lock table audit.anchor in share row exclusive mode;
    if exists (select from audit.anchor a
               where a.bucket = p_bucket and a.object_key = p_object_key and a.body_hash = p_body_hash) then
        return;
    end if;
    if not exists (select from audit.checkpoint c where c.tree_size = p_tree_size) then
        raise exception 'the anchor is of no stored checkpoint'
            using errcode = 'integrity_constraint_violation', constraint = 'anchor_of_checkpoint';
    end if;
    if p_body_hash <> sha256(convert_to(p_body, 'UTF8'))
        or exists (select from audit.anchor a
                   where a.bucket = p_bucket and a.chain_id = p_chain_id
                     and (a.object_key collate "C" >= p_object_key or a.tree_size > p_tree_size)) then
        raise exception 'the anchor does not follow the newest one'
            using errcode = 'integrity_constraint_violation', constraint = 'anchor_follows';
    end if;
    insert into audit.anchor (last_index, tree_size, retain_until, chain_id, bucket, object_key, version_id,
                              body, body_hash)
    values (p_tree_size - 1, p_tree_size, p_retain_until, p_chain_id, p_bucket, p_object_key, p_version_id,
            p_body, p_body_hash);
end
$$;
comment on function audit.add_anchor is 'Notes an anchor that lies in object storage; the only way to do it';

revoke all on table audit.anchor_turn from public;
revoke execute on function audit.take_anchor_turn, audit.add_anchor from public;

-- To whom 0002 gave the log, with what whoever may append needs.
do $$
declare
    v_owner constant regrole := (select nspowner from pg_namespace where nspname = 'audit');
    v_role regrole;
begin
    execute format('alter table audit.anchor_turn owner to %s', v_owner);
    execute format('alter function audit.take_anchor_turn owner to %s', v_owner);
    execute format('alter function audit.add_anchor owner to %s', v_owner);
    for v_role in
        select current_user::regrole
        union
        select a.grantee::regrole from pg_proc p cross join aclexplode(p.proacl) a
        where p.oid = 'audit.append'::regproc and a.grantee <> 0 and a.privilege_type = 'EXECUTE'
    loop
        execute format('grant select on audit.anchor_turn to %s', v_role);
        execute format('grant execute on function audit.take_anchor_turn, audit.add_anchor to %s', v_role);
    end loop;
end
$$;
