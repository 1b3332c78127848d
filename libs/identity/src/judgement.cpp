#include "judgement.hpp"

#include <utility>

#include "rgw/access/permission.hpp"
#include "rgw/base/log.hpp"
#include "rgw/identity/user_store.hpp"

namespace rgw::identity {
namespace {

// A stored text that is no permission of ours (a token another version made) grants nothing; the
// others of its token hold.
access::PermissionSet compile_known(const TokenRecord& record) {
    access::PermissionSet set;
    for (const std::string& text : record.permissions) {
        const auto compiled = access::compile(std::span(&text, 1));
        if (compiled) {
            set |= *compiled;
        } else {
            log::warn("a token holds a permission that does not exist",
                      {{"token_id", record.id.value}, {"permission", text}});
        }
    }
    return set;
}

PrincipalPtr principal_of(const TokenRecord& record, std::string credential_hash) {
    return std::make_shared<const Principal>(Principal{
        .user_id = record.owner_id,
        .email = record.owner_email,
        .name = record.owner_name,
        .api_token_id = record.id,
        .api_token_name = record.name,
        .permissions = compile_known(record),
        .expires_at = record.expires_at,
        .credential_hash = std::move(credential_hash),
    });
}

PrincipalPtr principal_of(const SessionRecord& record, std::string credential_hash) {
    const User user{.id = record.user_id,
                    .email = record.user_email,
                    .name = record.user_name,
                    .roles = record.user_roles,
                    .suspended = record.user_suspended,
                    .locked = record.user_locked};
    return std::make_shared<const Principal>(
        Principal{.user_id = user.id,
                  .email = user.email,
                  .name = user.name,
                  .session = SessionFacts{.id = record.id,
                                          .channel = record.channel,
                                          .mfa_verified_at = record.mfa_verified_at,
                                          .recent_step_up_at = record.recent_step_up_at,
                                          .trusted_device_id = record.trusted_device_id,
                                          .mfa_enrolled = record.user_mfa_enrolled,
                                          .mfa_enforced = record.user_mfa_enforced,
                                          .preferred_factor = record.user_preferred_factor},
                  .roles = user.roles,
                  .permissions = permissions_of(user),
                  .expires_at = record.absolute_expires_at,
                  .credential_hash = std::move(credential_hash)});
}

Refusal refused(Errc why, PrincipalPtr known) {
    return Refusal{why, std::move(known)};
}

}  // namespace

Answer judge(const std::optional<TokenRecord>& found, std::string credential_hash, Timestamp now) {
    if (!found) {
        return refused(Errc::token_unknown, nullptr);
    }
    const TokenRecord& record = *found;
    PrincipalPtr principal = principal_of(record, std::move(credential_hash));
    if (record.owner_suspended) {
        return refused(Errc::owner_suspended, std::move(principal));
    }
    if (record.owner_locked) {
        return refused(Errc::owner_locked, std::move(principal));
    }
    if (record.expires_at && *record.expires_at <= now) {
        return refused(Errc::token_expired, std::move(principal));
    }
    return principal;
}

Answer judge(const std::optional<SessionRecord>& found, std::string credential_hash, Timestamp now,
             IdleLimit idle_limit) {
    if (!found) {
        return refused(Errc::token_unknown, nullptr);
    }
    const SessionRecord& record = *found;
    PrincipalPtr principal = principal_of(record, std::move(credential_hash));
    if (record.revoked) {
        return refused(Errc::session_revoked, std::move(principal));
    }
    if (record.user_suspended) {
        return refused(Errc::owner_suspended, std::move(principal));
    }
    if (record.user_locked) {
        return refused(Errc::owner_locked, std::move(principal));
    }
    const bool is_idle = idle_limit == IdleLimit::holds && record.expires_at <= now;
    if (is_idle || record.absolute_expires_at <= now) {
        return refused(Errc::session_expired, std::move(principal));
    }
    return principal;
}

}  // namespace rgw::identity
