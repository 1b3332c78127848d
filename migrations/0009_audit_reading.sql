-- Why: "what was refused or failed" is asked of years of events, of which one in fifty or fewer is; every
-- other filter walks the log from its newest event, as far as one page may look. An event that succeeded
-- has no entry here, so the index adds nothing to what a proxied call costs on disk.
-- Locks: SHARE on audit.audit_event: reading goes on, events wait. Time on a big table: one read of it,
-- about a second per 4 million events in memory; after that a start that finds it done takes none.

create index audit_event_unsuccessful_ix on audit.audit_event (status, chain_index)
    where status not in ('success', 'pending');
