-- Why: the tamper-evident log (docs/audit-format.md) and what protects it inside the database.
-- Locks: creates only new objects. Time on a big table: none, the tables are new.
--
-- Who may what. The objects belong to rgw_audit_owner, a role without login, when the migrating login may
-- create it or is a member of it; otherwise they stay with the migrating login. A separate runtime login
-- needs exactly this, and nobody needs INSERT, UPDATE, DELETE or TRUNCATE on any table here:
--   grant usage on schema audit to ROLE;
--   grant select on all tables in schema audit to ROLE;
--   grant execute on function audit.lock_head, audit.append, audit.adopt_orphaned_intents to ROLE;
--
-- What the triggers stop, and what not. They stop every login, the owner too, from changing or removing an
-- event by UPDATE, DELETE or TRUNCATE. Whoever owns the table can still switch them off, and a superuser
-- can do anything: that is what the hash chain and the anchors outside are for.
-- The one exception is retention: a DELETE passes when it runs as the owner and removes only events
-- below head.pruned_before, which may only grow, and only to the size of a stored checkpoint.

create schema audit;
comment on schema audit is 'The tamper-evident audit log of Rack Gateway';

-- 8-byte columns first, then 4, then 2, then text: nothing is lost to alignment. Upstream's names and types
-- where it has the column. No foreign keys: a record of the past must not depend on the present.
create table audit.audit_event (
    chain_index bigint constraint audit_event_pkey primary key,
    id bigint not null generated always as (chain_index + 1) stored,
    "timestamp" timestamptz not null,
    intent_index bigint,
    api_token_id bigint,
    deploy_approval_request_id bigint,
    key_id integer not null,
    http_status integer,
    response_time_ms integer not null,
    event_count integer not null,
    format smallint not null,
    previous_hash bytea,
    event_hash bytea not null,
    phase text not null,
    user_email varchar(254) not null,
    user_name varchar(200),
    api_token_name varchar(150),
    action_type varchar(100) not null,
    action varchar(150) not null,
    command text,
    resource varchar(255),
    resource_type varchar(100),
    details text,
    request_id varchar(255),
    ip_address inet,
    user_agent varchar(512),
    status varchar(32) not null,
    rbac_decision varchar(16),
    constraint audit_event_chain_index_not_negative check (chain_index >= 0),
    constraint audit_event_only_first_has_no_previous check ((previous_hash is null) = (chain_index = 0)),
    constraint audit_event_hash_size
        check (octet_length(event_hash) = 32 and octet_length(previous_hash) = 32),
    constraint audit_event_phase_known check (phase in ('single', 'intent', 'outcome')),
    constraint audit_event_outcome_names_intent
        check ((phase = 'outcome') = (intent_index is not null)),
    constraint audit_event_command_size check (octet_length(command) <= 2000),
    constraint audit_event_details_size check (octet_length(details) <= 8000)
);
comment on table audit.audit_event is
    'Every event, in one hash chain; append-only, written by audit.append() alone';
comment on column audit.audit_event.chain_index is 'Place in the chain: 0, 1, 2 … without a gap';
comment on column audit.audit_event.id is 'chain_index + 1, for queries written for the Go implementation';
comment on column audit.audit_event.format is 'Version of the canonical bytes that were hashed';
comment on column audit.audit_event.key_id is 'Which HMAC key sealed the event';
comment on column audit.audit_event.intent_index is 'Of an outcome: the chain_index of its intent';
comment on column audit.audit_event.details is 'JSON as text, byte for byte what was hashed';
comment on column audit.audit_event.event_count is
    'More than 1: that many identical refusals of callers nobody could identify';

create index audit_event_timestamp_ix on audit.audit_event
    using brin ("timestamp") with (pages_per_range = 32, autosummarize = on);
create index audit_event_user_email_ix on audit.audit_event (user_email);
-- Not unique: after a crash an intent can have an outcome "unknown" and, later, the true one.
create index audit_event_intent_index_ix on audit.audit_event (intent_index)
    where intent_index is not null;
create index audit_event_deploy_approval_request_id_ix on audit.audit_event (deploy_approval_request_id)
    where deploy_approval_request_id is not null;

-- Rewritten by every batch, so most of its page stays free for the next version.
create table audit.head (
    singleton boolean not null default true
        constraint head_pkey primary key constraint head_is_one_row check (singleton),
    next_index bigint not null default 0,
    pruned_before bigint not null default 0,
    updated_at timestamptz not null default now(),
    last_hash bytea,
    tree bytea not null default '',
    constraint head_hash_from_first_event_on check ((last_hash is null) = (next_index = 0)),
    constraint head_pruned_is_past check (pruned_before between 0 and next_index)
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on table audit.head is 'The end of the log: what the next event is chained to; one row';
comment on column audit.head.tree is
    'RFC 6962 Merkle tree over all events: its perfect subtrees, largest first, 32 bytes each';
comment on column audit.head.pruned_before is 'Events below this index were removed by retention';
insert into audit.head default values;

create table audit.open_intent (
    chain_index bigint constraint open_intent_pkey primary key,
    instance bigint not null,
    opened_at timestamptz not null default now(),
    adopted boolean not null default false
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on table audit.open_intent is 'Intents whose outcome is not written yet';
comment on column audit.open_intent.instance is
    'The process that owes the outcome; it holds the advisory lock of this number while it lives';
comment on column audit.open_intent.adopted is
    'Taken over from a process that ended, to be closed as unknown';

create table audit.checkpoint (
    tree_size bigint constraint checkpoint_pkey primary key,
    created_at timestamptz not null default now(),
    root bytea not null,
    last_hash bytea not null,
    tree bytea not null,
    note text not null,
    constraint checkpoint_of_something check (tree_size > 0),
    constraint checkpoint_hash_size check (octet_length(root) = 32 and octet_length(last_hash) = 32)
);
comment on table audit.checkpoint is
    'Signed statements (C2SP tlog-checkpoint) of the Merkle root over the first tree_size events';
comment on column audit.checkpoint.note is 'The signed note, byte for byte';

create table audit.anchor (
    id bigint generated always as identity constraint anchor_pkey primary key,
    created_at timestamptz not null default now(),
    last_index bigint not null,
    tree_size bigint not null,
    retain_until timestamptz not null,
    chain_id text not null,
    bucket text not null,
    object_key text not null,
    version_id text,
    body text not null,
    body_hash bytea not null,
    constraint anchor_object_uq unique (bucket, object_key),
    constraint anchor_hash_size check (octet_length(body_hash) = 32)
);
comment on table audit.anchor is 'Copies of what was written to object storage under a retention lock';
comment on column audit.anchor.body is 'The object, byte for byte';

-- The head for the next batch, locked until the transaction ends. A client that vanishes must not hold
-- everybody's lock for as long as TCP takes to notice, and an acknowledged event must be durable even
-- where a login has synchronous_commit switched off.
create function audit.lock_head(out next_index bigint, out last_hash bytea, out tree bytea)
returns setof record
language plpgsql security definer
set search_path = pg_catalog, audit, pg_temp
as $$
begin
    perform set_config('idle_in_transaction_session_timeout', '10s', true);
    if current_setting('synchronous_commit') = 'off' then
        perform set_config('synchronous_commit', 'on', true);
    end if;
    return query select h.next_index, h.last_hash, h.tree from audit.head h for update;
end
$$;
comment on function audit.lock_head() is 'The head of the log, locked until the transaction ends';

-- Arrays of one length, one element per event; previous hashes follow from the hashes. No events: a probe
-- that writes the head as it is.
create function audit.append(
    p_instance bigint,
    p_first_index bigint,
    p_previous_hash bytea,
    p_format bigint,
    p_key_id bigint,
    p_timestamp timestamptz[],
    p_phase text[],
    p_intent_index bigint[],
    p_user_email text[],
    p_user_name text[],
    p_api_token_id bigint[],
    p_api_token_name text[],
    p_action_type text[],
    p_action text[],
    p_command text[],
    p_resource text[],
    p_resource_type text[],
    p_details text[],
    p_request_id text[],
    p_ip_address text[],
    p_user_agent text[],
    p_status text[],
    p_rbac_decision text[],
    p_http_status bigint[],
    p_response_time_ms bigint[],
    p_event_count bigint[],
    p_deploy_approval_request_id bigint[],
    p_event_hash bytea[],
    p_tree bytea
) returns void
language plpgsql security definer
set search_path = pg_catalog, audit, pg_temp
as $$
declare
    v_count constant integer := cardinality(p_event_hash);
    v_inserted integer;
begin
    perform from audit.head h
    where h.next_index = p_first_index and h.last_hash is not distinct from p_previous_hash
    for update;
    if not found then
        raise exception 'the batch does not continue the log'
            using errcode = 'integrity_constraint_violation', constraint = 'audit_append_continues_head';
    end if;
    if v_count = 0 then
        update audit.head set updated_at = clock_timestamp();
        return;
    end if;

    insert into audit.audit_event (
        chain_index, "timestamp", intent_index, api_token_id, deploy_approval_request_id, key_id,
        http_status, response_time_ms, event_count, format, previous_hash, event_hash, phase,
        user_email, user_name, api_token_name, action_type, action, command, resource,
        resource_type, details, request_id, ip_address, user_agent, status, rbac_decision)
    select
        p_first_index + e.place - 1, e.at, e.intent_index, e.api_token_id,
        e.deploy_approval_request_id, p_key_id, e.http_status, e.response_time_ms, e.event_count,
        p_format, e.previous_hash, e.event_hash, e.phase, e.user_email, e.user_name,
        e.api_token_name, e.action_type, e.action, e.command, e.resource, e.resource_type,
        e.details, e.request_id, e.ip_address::inet, e.user_agent, e.status, e.rbac_decision
    from unnest(
        p_timestamp, p_intent_index, p_api_token_id, p_deploy_approval_request_id, p_http_status,
        p_response_time_ms, p_event_count, array[p_previous_hash] || p_event_hash[:v_count - 1],
        p_event_hash, p_phase, p_user_email, p_user_name, p_api_token_name, p_action_type, p_action,
        p_command, p_resource, p_resource_type, p_details, p_request_id, p_ip_address, p_user_agent,
        p_status, p_rbac_decision
    ) with ordinality as e(
        at, intent_index, api_token_id, deploy_approval_request_id, http_status,
        response_time_ms, event_count, previous_hash,
        event_hash, phase, user_email, user_name, api_token_name, action_type, action,
        command, resource, resource_type, details, request_id, ip_address, user_agent,
        status, rbac_decision, place);
    get diagnostics v_inserted = row_count;
    if v_inserted <> v_count then
        raise exception 'the arrays of the batch differ in length'
            using errcode = 'integrity_constraint_violation', constraint = 'audit_append_arrays_match';
    end if;

    if 'intent' = any (p_phase) then
        insert into audit.open_intent (chain_index, instance)
        select p_first_index + e.place - 1, p_instance
        from unnest(p_phase) with ordinality as e(phase, place)
        where e.phase = 'intent';
    end if;
    if 'outcome' = any (p_phase) then
        delete from audit.open_intent o where o.chain_index = any (p_intent_index);
    end if;

    update audit.head
    set next_index = p_first_index + v_count, last_hash = p_event_hash[v_count], tree = p_tree,
        updated_at = clock_timestamp();
end
$$;
comment on function audit.append is 'Appends a batch that continues the log; the only way to write it';

-- The open intents this process shall close: those taken over now from processes whose lock is free, and
-- those taken over before that are still open. Taking over first, so that two replicas never close one twice.
create function audit.adopt_orphaned_intents(p_instance bigint, p_min_age_ms bigint)
returns setof bigint
language plpgsql security definer
set search_path = pg_catalog, audit, pg_temp
as $$
begin
    update audit.open_intent o
    set instance = p_instance, adopted = true
    where o.instance <> p_instance
      and o.opened_at <= now() - make_interval(secs => p_min_age_ms / 1000.0)
      and o.instance in (
          select dead.instance
          from (select distinct i.instance from audit.open_intent i) dead
          where dead.instance <> p_instance and pg_try_advisory_xact_lock(dead.instance));
    return query
        select o.chain_index from audit.open_intent o
        where o.instance = p_instance and o.adopted
        order by o.chain_index;
end
$$;
comment on function audit.adopt_orphaned_intents is
    'Takes over the open intents of processes that ended; returns those still to be closed';

create function audit.forbid_change() returns trigger
language plpgsql
set search_path = pg_catalog, audit, pg_temp
as $$
begin
    raise exception 'audit.% is append-only: % is not allowed', tg_table_name, tg_op
        using errcode = 'insufficient_privilege';
end
$$;
comment on function audit.forbid_change is 'Refuses a statement on an append-only table';

create function audit.forbid_delete_unless_pruned() returns trigger
language plpgsql
set search_path = pg_catalog, audit, pg_temp
as $$
declare
    v_owner constant name :=
        (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = tg_relid);
    v_pruned_before constant bigint := coalesce((select h.pruned_before from audit.head h), 0);
begin
    if current_user <> v_owner or exists (select from gone g where g.chain_index >= v_pruned_before) then
        raise exception 'audit.% is append-only: DELETE is not allowed', tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return null;
end
$$;
comment on function audit.forbid_delete_unless_pruned is
    'Refuses to delete events that retention has not released';

create function audit.guard_head() returns trigger
language plpgsql
set search_path = pg_catalog, audit, pg_temp
as $$
begin
    if new.next_index < old.next_index then
        raise exception 'the log cannot become shorter' using errcode = 'insufficient_privilege';
    end if;
    if new.pruned_before < old.pruned_before
        or not exists (select from audit.checkpoint c where c.tree_size = new.pruned_before) then
        raise exception 'retention can only move forward, to a stored checkpoint'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
comment on function audit.guard_head is 'Keeps the end of the log and the retention limit from going back';

create trigger audit_event_forbid_change before update or truncate on audit.audit_event
    for each statement execute function audit.forbid_change();
create trigger audit_event_forbid_delete after delete on audit.audit_event
    referencing old table as gone
    for each statement execute function audit.forbid_delete_unless_pruned();
create trigger head_guard before update on audit.head
    for each row when (new.next_index < old.next_index or new.pruned_before <> old.pruned_before)
    execute function audit.guard_head();
create trigger head_forbid_change before delete or truncate on audit.head
    for each statement execute function audit.forbid_change();
create trigger checkpoint_forbid_change before update or delete or truncate on audit.checkpoint
    for each statement execute function audit.forbid_change();
create trigger anchor_forbid_change before update or delete or truncate on audit.anchor
    for each statement execute function audit.forbid_change();

-- Always: session_replication_role = replica must not be a way around.
alter table audit.audit_event enable always trigger audit_event_forbid_change;
alter table audit.audit_event enable always trigger audit_event_forbid_delete;
alter table audit.head enable always trigger head_guard;
alter table audit.head enable always trigger head_forbid_change;
alter table audit.checkpoint enable always trigger checkpoint_forbid_change;
alter table audit.anchor enable always trigger anchor_forbid_change;

revoke all on all tables in schema audit from public;
revoke execute on all functions in schema audit from public;

-- A login that gives its objects away keeps exactly what a runtime login needs, so that one login for
-- everything works. Any refusal on the way (no right to create roles, a role of that name that can
-- log in, two databases of one cluster migrating at once) leaves the objects where they are.
do $$
declare
    v_object record;
begin
    if not exists (select from pg_roles where rolname = 'rgw_audit_owner') then
        create role rgw_audit_owner nologin;
    end if;
    if exists (select from pg_roles where rolname = 'rgw_audit_owner' and (rolcanlogin or rolsuper)) then
        raise insufficient_privilege using message = 'role rgw_audit_owner can log in or is a superuser';
    end if;
    if not pg_has_role(current_user, 'rgw_audit_owner', 'member') then
        execute format('grant rgw_audit_owner to %I', current_user);
    end if;
    alter schema audit owner to rgw_audit_owner;
    for v_object in
        select format('alter table audit.%I owner to rgw_audit_owner', c.relname) as change
        from pg_class c where c.relnamespace = 'audit'::regnamespace and c.relkind = 'r'
        union all
        select format('alter function %s owner to rgw_audit_owner', p.oid::regprocedure)
        from pg_proc p where p.pronamespace = 'audit'::regnamespace
    loop
        execute v_object.change;
    end loop;
    execute format('grant usage on schema audit to %I', current_user);
    execute format('grant select on all tables in schema audit to %I', current_user);
    execute format('grant execute on all functions in schema audit to %I', current_user);
exception
    when insufficient_privilege or duplicate_object or unique_violation or undefined_object then
        raise notice 'the audit log stays with %: %', current_user, sqlerrm;
end
$$;
