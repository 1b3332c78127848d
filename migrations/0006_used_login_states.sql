-- Why: a sign-in comes back from the identity provider once; every replica must know which have. What is
-- under way is kept by its browser (a sealed cookie), so a sign-in that never ends leaves nothing here.
-- Locks: none on what exists. Time on a big table: none.

create table used_login_states (
    state_hash text constraint used_login_states_pkey primary key,
    used_at timestamptz not null,
    constraint used_login_states_state_hash_sha256 check (state_hash ~ '^[0-9a-f]{64}$')
);
create index used_login_states_used_at_idx on used_login_states (used_at);
comment on table used_login_states is 'Browser sign-ins that have come back; kept as long as their cookies live';
