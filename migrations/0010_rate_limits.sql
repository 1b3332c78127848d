-- Why: the rate of sign-ins, second factors and new tokens is limited over all replicas together (GCRA: one
-- moment per subject says how much of its burst is used). Unlogged: after a crash the limits begin anew,
-- which costs nothing, while every attempt would otherwise write to the log of the database.
-- Locks: none on what exists. Time on a big table: none.

create unlogged table rate_limits (
    subject text constraint rate_limits_pkey primary key,
    free_at timestamptz not null
);
create index rate_limits_free_at_idx on rate_limits (free_at);
comment on table rate_limits is 'Who is near the limit of a rate; a row whose time has passed says nothing';
comment on column rate_limits.free_at is 'When the whole burst is free again';
