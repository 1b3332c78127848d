-- Why: what of the log was copied to object storage before retention removes it here (docs/audit-anchors.md).
-- Locks: none on what exists. Time on a big table: none.
--
-- A runtime login of its own needs, besides what 0015 says, and gets it here if it may append:
--   grant select on audit.archive to ROLE;
--   grant execute on function audit.add_archived to ROLE;

create table audit.archive (
    first_index bigint constraint archive_pkey primary key,
    end_index bigint not null,
    created_at timestamptz not null default clock_timestamp(),
    tree_size bigint not null,
    retain_until timestamptz not null,
    bucket text not null,
    object_key text not null,
    version_id text,
    body_hash bytea not null,
    constraint archive_in_groups check (
        first_index >= 0 and end_index > first_index and first_index % 256 = 0 and end_index % 256 = 0),
    constraint archive_below_anchor check (end_index <= tree_size),
    constraint archive_hash_size check (octet_length(body_hash) = 32)
);
comment on table audit.archive is
    'Segments of the log that were copied to object storage under a retention lock, without gaps';
comment on column audit.archive.tree_size is 'Of the anchor whose checkpoint the proofs in the segment lead to';

create trigger archive_forbid_change before update or delete or truncate on audit.archive
    for each statement execute function audit.forbid_change();
alter table audit.archive enable always trigger archive_forbid_change;

create function audit.add_archived(
    p_first_index bigint,
    p_end_index bigint,
    p_tree_size bigint,
    p_retain_until timestamptz,
    p_bucket text,
    p_object_key text,
    p_version_id text,
    p_body_hash bytea
) returns void
language plpgsql security definer
set search_path = pg_catalog, audit, pg_temp
as $$
declare
    v_end bigint;
begin
    lock table audit.archive in share row exclusive mode;
    v_end := (select max(a.end_index) from audit.archive a);
    if p_first_index <> coalesce(v_end, (select h.pruned_before from audit.head h)) then
        raise exception 'the segment does not follow what is archived'
            using errcode = 'integrity_constraint_violation', constraint = 'archive_without_gaps';
    end if;
    if not exists (select from audit.anchor a where a.tree_size = p_tree_size) then
        raise exception 'the segment leads to no anchor'
            using errcode = 'integrity_constraint_violation', constraint = 'archive_below_anchor';
    end if;
    insert into audit.archive
        (first_index, end_index, tree_size, retain_until, bucket, object_key, version_id, body_hash)
    values (p_first_index, p_end_index, p_tree_size, p_retain_until, p_bucket, p_object_key,
            p_version_id, p_body_hash);
end
$$;
comment on function audit.add_archived is 'Notes a segment that lies in object storage; the only way to do it';

revoke all on table audit.archive from public;
revoke execute on function audit.add_archived from public;

-- To whom 0002 gave the log, with what whoever may append needs.
do $$
declare
    v_owner constant regrole := (select nspowner from pg_namespace where nspname = 'audit');
    v_role regrole;
begin
    execute format('alter table audit.archive owner to %s', v_owner);
    execute format('alter function audit.add_archived owner to %s', v_owner);
    for v_role in
        select current_user::regrole
        union
        select a.grantee::regrole from pg_proc p cross join aclexplode(p.proacl) a
        where p.oid = 'audit.append'::regproc and a.grantee <> 0 and a.privilege_type = 'EXECUTE'
    loop
        execute format('grant select on audit.archive to %s', v_role);
        execute format('grant execute on function audit.add_archived to %s', v_role);
    end loop;
end
$$;
