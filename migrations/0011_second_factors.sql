-- Why: what ceremonies and proofs of second factors leave between two requests, so that each counts once on
-- all replicas together: challenges of WebAuthn, factors that are being set up, and which action a proof was
-- used for (ADR 12).
-- Locks: access exclusive on mfa_methods, mfa_backup_codes and cli_login_states for an instant; nothing is
-- rewritten. Time on a big table: none, all are a few rows a user.

alter table mfa_methods
    add column pending_session_id bigint
        constraint mfa_methods_pending_session_fk references user_sessions (id) on delete cascade,
    add column pending_until timestamptz,
    add constraint mfa_methods_pending_complete
        check ((pending_session_id is null) = (pending_until is null)),
    add constraint mfa_methods_pending_or_confirmed
        check (confirmed_at is null or pending_session_id is null),
    -- A key that types passwords is one person's, like a credential.
    drop constraint mfa_methods_yubikey_uq,
    add constraint mfa_methods_yubikey_uq unique (yubikey_id);
create index mfa_methods_pending_idx on mfa_methods (pending_session_id)
    where pending_session_id is not null;
create index mfa_methods_pending_until_idx on mfa_methods (pending_until)
    where pending_until is not null;
comment on column mfa_methods.pending_session_id is
    'The session that sets the factor up; only it can confirm it, until pending_until';

alter table mfa_backup_codes
    add column pending_method_id bigint
        constraint mfa_backup_codes_pending_method_fk references mfa_methods (id) on delete cascade;
create index mfa_backup_codes_pending_idx on mfa_backup_codes (pending_method_id)
    where pending_method_id is not null;
comment on column mfa_backup_codes.pending_method_id is
    'Set until the factor they were made with is confirmed; until then they are worth nothing';

create table mfa_challenges (
    state_hash text constraint mfa_challenges_pkey primary key,
    user_id bigint not null
        constraint mfa_challenges_user_fk references users (id) on delete cascade,
    session_id bigint
        constraint mfa_challenges_session_fk references user_sessions (id) on delete cascade,
    method_id bigint
        constraint mfa_challenges_method_fk references mfa_methods (id) on delete cascade,
    challenge bytea not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    constraint mfa_challenges_state_hash_sha256 check (state_hash ~ '^[0-9a-f]{64}$')
);
create index mfa_challenges_expires_idx on mfa_challenges (expires_at);
create index mfa_challenges_user_idx on mfa_challenges (user_id);
create index mfa_challenges_session_idx on mfa_challenges (session_id)
    where session_id is not null;
create index mfa_challenges_method_idx on mfa_challenges (method_id) where method_id is not null;
comment on table mfa_challenges is 'Challenges of WebAuthn ceremonies under way; each is taken once';

create table mfa_proofs (
    proof_hash text constraint mfa_proofs_pkey primary key,
    user_id bigint not null constraint mfa_proofs_user_fk references users (id) on delete cascade,
    session_id bigint not null
        constraint mfa_proofs_session_fk references user_sessions (id) on delete cascade,
    method_id bigint
        constraint mfa_proofs_method_fk references mfa_methods (id) on delete set null,
    verified_at timestamptz not null,
    permission varchar(100),
    resource text,
    series_until timestamptz,
    constraint mfa_proofs_proof_hash_sha256 check (proof_hash ~ '^[0-9a-f]{64}$'),
    constraint mfa_proofs_action_complete
        check ((permission is null) = (resource is null) and (permission is null) = (series_until is null))
);
create index mfa_proofs_verified_at_idx on mfa_proofs (verified_at);
create index mfa_proofs_user_idx on mfa_proofs (user_id);
create index mfa_proofs_session_idx on mfa_proofs (session_id);
create index mfa_proofs_method_idx on mfa_proofs (method_id) where method_id is not null;
comment on table mfa_proofs is 'Second factors shown with a request, by hash, and the one action each was for';

-- A reset of somebody's factors ends their command-line sign-ins under way, too.
create index cli_login_states_user_idx on cli_login_states (user_id) where user_id is not null;
