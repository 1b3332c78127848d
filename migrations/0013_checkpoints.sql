-- Why: signed checkpoints of the audit log (docs/adr/0014-checkpoints.md): which keys have signed, and the Merkle
-- roots of full groups of 256 events, so that a proof of any event reads few of them. A checkpoint is stored
-- with the roots of all full groups below it, or not at all.
-- Locks: none on what exists. Time on a big table: none; the first checkpoint of an old log recomputes it once,
-- while the gateway serves.
--
-- A runtime login of its own needs, besides what 0002 and 0005 say, and gets it here if it may append:
--   grant select on audit.signing_key, audit.subtree to ROLE;
--   grant execute on function audit.add_checkpoint to ROLE;

create table audit.signing_key (
    verifier text constraint signing_key_pkey primary key,
    key_hash text not null generated always as (split_part(verifier, '+', 2)) stored,
    first_used_at timestamptz not null default clock_timestamp(),
    constraint signing_key_form check (verifier ~ '^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$')
);
comment on table audit.signing_key is
    'Every key that has signed a checkpoint, as C2SP signed-note writes public keys: name+hash+key';
comment on column audit.signing_key.key_hash is 'What a signature names its key by';

create table audit.subtree (
    index bigint constraint subtree_pkey primary key,
    root bytea not null,
    constraint subtree_index_not_negative check (index >= 0),
    constraint subtree_root_size check (octet_length(root) = 32)
);
comment on table audit.subtree is
    'The Merkle root of each full group of 256 events: of 256 * index to 256 * index + 255';

create trigger signing_key_forbid_change before update or delete or truncate on audit.signing_key
    for each statement execute function audit.forbid_change();
create trigger subtree_forbid_change before update or delete or truncate on audit.subtree
    for each statement execute function audit.forbid_change();
alter table audit.signing_key enable always trigger signing_key_forbid_change;
alter table audit.subtree enable always trigger subtree_forbid_change;

-- Several processes may store the same checkpoint, or the same groups, at once: the first one counts, and the
-- others must agree with it.
create function audit.add_checkpoint(
    p_tree_size bigint,
    p_root bytea,
    p_last_hash bytea,
    p_tree bytea,
    p_note text,
    p_keys text[],
    p_first_group bigint,
    p_groups bytea[]
) returns timestamptz
language plpgsql security definer
set search_path = pg_catalog, audit, pg_temp
as $$
begin
    if not exists (select from audit.audit_event e
                   where e.chain_index = p_tree_size - 1 and e.event_hash = p_last_hash) then
        raise exception 'the checkpoint does not end with an event of the log'
            using errcode = 'integrity_constraint_violation', constraint = 'checkpoint_ends_with_event';
    end if;
    if p_first_group + cardinality(p_groups) <> p_tree_size / 256
        or (p_first_group > 0 and not exists (select from audit.subtree s where s.index = p_first_group - 1)) then
        raise exception 'the checkpoint comes without all groups below it'
            using errcode = 'integrity_constraint_violation', constraint = 'checkpoint_has_its_groups';
    end if;
    insert into audit.subtree (index, root)
    select p_first_group + g.place - 1, g.root
    from unnest(p_groups) with ordinality as g(root, place)
    order by g.place
    on conflict on constraint subtree_pkey do nothing;
    insert into audit.checkpoint (tree_size, root, last_hash, tree, note)
    values (p_tree_size, p_root, p_last_hash, p_tree, p_note)
    on conflict on constraint checkpoint_pkey do nothing;
    if exists (select from unnest(p_groups) with ordinality as g(root, place)
               join audit.subtree s on s.index = p_first_group + g.place - 1
               where s.root <> g.root)
        or exists (select from audit.checkpoint c where c.tree_size = p_tree_size and c.root <> p_root) then
        raise exception 'the checkpoint contradicts what is stored'
            using errcode = 'integrity_constraint_violation', constraint = 'checkpoint_agrees';
    end if;
    insert into audit.signing_key (verifier)
    select k.verifier from unnest(p_keys) as k(verifier) order by k.verifier
    on conflict on constraint signing_key_pkey do nothing;
    return (select c.created_at from audit.checkpoint c where c.tree_size = p_tree_size);
end
$$;
comment on function audit.add_checkpoint is
    'Stores a signed checkpoint with the roots of the groups that are new; the only way to do it';

revoke all on table audit.signing_key, audit.subtree from public;
revoke execute on function audit.add_checkpoint from public;

-- To whom 0002 gave the log, with what whoever may append needs.
do $$
declare
    v_owner constant regrole := (select nspowner from pg_namespace where nspname = 'audit');
    v_role regrole;
begin
    execute format('alter table audit.signing_key owner to %s', v_owner);
    execute format('alter table audit.subtree owner to %s', v_owner);
    execute format('alter function audit.add_checkpoint owner to %s', v_owner);
    for v_role in
        select current_user::regrole
        union
        select a.grantee::regrole from pg_proc p cross join aclexplode(p.proacl) a
        where p.oid = 'audit.append'::regproc and a.grantee <> 0 and a.privilege_type = 'EXECUTE'
    loop
        execute format('grant select on audit.signing_key, audit.subtree to %s', v_role);
        execute format('grant execute on function audit.add_checkpoint to %s', v_role);
    end loop;
end
$$;
