-- Why: a device that polls too fast is told to slow down (RFC 8628 §3.5), and every replica must know how
-- slow it was told to be.
-- Locks: access exclusive on cli_login_states for an instant; the default is kept in the catalogue, nothing
-- is rewritten. Time on a big table: none.

alter table cli_login_states
    add column poll_interval_seconds integer not null default 5
        constraint cli_login_states_poll_interval_positive check (poll_interval_seconds > 0);
comment on column cli_login_states.poll_interval_seconds is
    'Device flow: the least time between two polls, grown by each that came too soon';
