#include <array>

#include "rgw/migrations.hpp"

// What the login that runs the server may do, object by object: rack-gateway-api grant, and every
// start. A table is named because an operator's own tables may stand beside ours. Nobody writes to
// a table of the audit log: its functions do, as their owner, and each checks what it is asked. A
// new object belongs here, too; a test compares.
namespace rgw {
namespace {

using Kind = pg::Grant::Kind;

constexpr std::string_view everything = "select, insert, update, delete";

constexpr pg::Grant table(std::string_view name, std::string_view rights = everything) {
    return {Kind::table, "public", name, rights};
}
constexpr pg::Grant audit_table(std::string_view name) {
    return {Kind::table, "audit", name, "select"};
}
constexpr pg::Grant audit_function(std::string_view name) {
    return {Kind::function, "audit", name, "execute"};
}

constexpr auto grants = std::to_array<pg::Grant>({
    {Kind::schema, "public", "", "usage"},
    {Kind::schema, "audit", "", "usage"},
    table("schema_migrations", "select"),
    table("users"),
    table("user_sessions"),
    table("api_tokens"),
    table("trusted_devices"),
    table("mfa_methods"),
    table("mfa_backup_codes"),
    table("mfa_attempts"),
    table("mfa_challenges"),
    table("mfa_proofs"),
    table("used_totp_steps"),
    table("used_login_states"),
    table("cli_login_states"),
    table("settings"),
    table("user_resources"),
    table("rgw_internal_metadata"),
    table("deploy_approval_requests"),
    table("jobs"),
    table("slack_integration"),
    table("rate_limits"),
    table("env_changes"),
    audit_table("audit_event"),
    audit_table("head"),
    audit_table("open_intent"),
    audit_table("checkpoint"),
    audit_table("anchor"),
    audit_table("anchor_turn"),
    audit_table("archive"),
    audit_table("signing_key"),
    audit_table("subtree"),
    audit_table("kept_leaves"),
    audit_table("retention"),
    audit_table("probe"),
    audit_function("lock_head"),
    audit_function("append"),
    audit_function("adopt_orphaned_intents"),
    audit_function("probe"),
    audit_function("add_checkpoint"),
    audit_function("prune"),
    audit_function("thin_checkpoints"),
    audit_function("lasting_checkpoints"),
    audit_function("take_anchor_turn"),
    audit_function("add_anchor"),
    audit_function("add_archived"),
});

}  // namespace

std::span<const pg::Grant> runtime_grants() {
    return grants;
}

}  // namespace rgw
