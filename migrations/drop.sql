-- Everything the migrations create, by name; used by reset-db inside its transaction. Each object is
-- named because an operator's own tables, views and functions must survive: no CASCADE anywhere, so an
-- object of theirs that depends on one of ours stops the reset with PostgreSQL's message instead. A test
-- compares what is left with an empty database: a new object belongs here, too.

drop table if exists
    public.slack_integration,
    public.jobs,
    public.deploy_approval_requests,
    public.rgw_internal_metadata,
    public.user_resources,
    public.settings,
    public.cli_login_states,
    public.used_totp_steps,
    public.used_login_states,
    public.rate_limits,
    public.env_changes,
    public.mfa_proofs,
    public.mfa_challenges,
    public.mfa_attempts,
    public.mfa_backup_codes,
    public.mfa_methods,
    public.user_sessions,
    public.trusted_devices,
    public.api_tokens,
    public.users,
    public.schema_migrations;
drop function if exists public.rgw_notify_change();
drop function if exists public.deploy_approval_requests_guard();

drop table if exists
    audit.anchor,
    audit.anchor_turn,
    audit.archive,
    audit.checkpoint,
    audit.signing_key,
    audit.subtree,
    audit.kept_leaves,
    audit.retention,
    audit.open_intent,
    audit.probe,
    audit.head,
    audit.audit_event;
drop function if exists audit.lock_head;
drop function if exists audit.append;
drop function if exists audit.probe;
drop function if exists audit.add_checkpoint;
drop function if exists audit.prune;
drop function if exists audit.thin_checkpoints;
drop function if exists audit.lasting_checkpoints;
drop function if exists audit.take_anchor_turn;
drop function if exists audit.add_anchor;
drop function if exists audit.add_archived;
drop function if exists audit.adopt_orphaned_intents;
drop function if exists audit.forbid_change;
drop function if exists audit.forbid_delete_unless_pruned;
drop function if exists audit.guard_head;
drop function if exists audit.guard_retention;
drop function if exists audit.forbid_delete_of_checkpoints;
-- The role rgw_audit_owner stays: it belongs to the cluster, another database may use it.
drop schema if exists audit;
