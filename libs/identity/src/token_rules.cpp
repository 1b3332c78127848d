#include "rgw/identity/token_rules.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "plain_text.hpp"
#include "rgw/access/decision.hpp"
#include "rgw/access/role.hpp"
#include "rgw/base/text.hpp"

namespace rgw::identity {
namespace {

constexpr std::size_t longest_name = 150;
constexpr std::size_t longest_list = 4000;  // of the column, as JSON
constexpr std::size_t quotes_and_comma = 3;

Error invalid(std::string sentence) {
    return {Errc::invalid_request, std::move(sentence)};
}

Result<std::string> check_name(std::string_view name) {
    const std::string_view trimmed = trim(name);
    if (trimmed.empty()) {
        return invalid("token name is required");
    }
    if (!is_plain_text(trimmed, longest_name)) {
        return invalid("token name must be one line of at most 150 characters");
    }
    return std::string(trimmed);
}

// What the texts stand for; a stored text of another version stands for nothing.
access::PermissionSet set_of(std::span<const std::string> texts) {
    access::PermissionSet set;
    for (const std::string& text : texts) {
        if (const auto compiled = access::compile(std::span(&text, 1))) {
            set |= *compiled;
        }
    }
    return set;
}

struct Permissions {
    std::vector<std::string> texts;  // each once
    access::PermissionSet set;
};

Result<Permissions> check_permissions(std::span<const std::string> wanted) {
    Permissions checked;
    std::size_t length = 2;
    for (const std::string& text : wanted) {
        if (std::ranges::find(checked.texts, text) == checked.texts.end()) {
            checked.texts.push_back(text);
            length += text.size() + quotes_and_comma;
        }
    }
    const auto compiled = access::compile(checked.texts);
    if (!compiled) {
        return invalid(compiled.error().detail);
    }
    if (length > longest_list) {
        return invalid("too many permissions; use * for whole components");
    }
    checked.set = *compiled;
    return checked;
}

// Everything of `wanted` must be in `kept` or held by the actor.
Result<void> within(const access::PermissionSet& wanted, const access::PermissionSet& kept,
                    const TokenActor& actor) {
    for (const access::Permission permission : access::all_permissions()) {
        if (wanted.has(permission) && !kept.has(permission) && !actor.permissions.has(permission)) {
            return Error(Errc::rights_exceeded,
                         "a token cannot hold more than who gives it: you do not hold " +
                             std::string(access::text(permission)));
        }
    }
    return {};
}

Result<std::vector<std::string>> wanted_permissions(const TokenRequest& request) {
    if (!request.permissions.empty()) {
        return request.permissions;
    }
    if (!request.role || request.role->empty()) {
        return invalid("permissions required: give permissions or a role");
    }
    const auto role = access::find_role(*request.role);
    if (!role) {
        return invalid("invalid role: " + *request.role);
    }
    return access::permission_texts(*role);
}

Result<std::optional<Timestamp>> check_expiry(std::optional<Timestamp> wanted,
                                              const TokenActor& actor, Timestamp now) {
    if (!wanted) {
        return wanted;
    }
    if (*wanted <= now) {
        return invalid("expires_at is in the past");
    }
    if (*wanted > now + longest_token_life && !actor.manages_all) {
        return invalid("expires_at is more than 366 days ahead");
    }
    return wanted;
}

Result<void> may_change(const TokenProfile& token, const TokenActor& actor) {
    if (token.owner.id == actor.user || actor.manages_all) {
        return {};
    }
    return Error(Errc::permission_denied,
                 access::refusal_sentence(access::Permission::gateway_api_token_manage));
}

}  // namespace

TokenActor actor_of(const Principal& principal) {
    const bool manages = principal.permissions.has(access::Permission::gateway_api_token_manage);
    return {.user = principal.user_id,
            .permissions = principal.permissions,
            .sees_all =
                manages || principal.permissions.has(access::Permission::gateway_api_token_list),
            .manages_all = manages};
}

bool is_public_id(std::string_view text) {
    constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    const auto fits = [](char c, char wanted) {
        const bool is_hex =
            (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
        return wanted == 'x' ? is_hex : c == wanted;
    };
    return std::ranges::equal(text, form, fits);
}

Result<NewToken> plan_token(const TokenRequest& request, const TokenActor& actor, Timestamp now) {
    Result<std::string> name = check_name(request.name);
    if (!name) {
        return name.error();
    }
    const auto wanted = wanted_permissions(request);
    if (!wanted) {
        return wanted.error();
    }
    Result<Permissions> permissions = check_permissions(*wanted);
    if (!permissions) {
        return permissions.error();
    }
    const Result<void> bounded = within(permissions->set, {}, actor);
    if (!bounded) {
        return bounded.error();
    }
    const auto expires_at = check_expiry(request.expires_at, actor, now);
    if (!expires_at) {
        return expires_at.error();
    }
    NewToken token{.name = std::move(*name),
                   .hash = "",
                   .owner = actor.user,
                   .created_by = actor.user,
                   .permissions = std::move(permissions->texts),
                   .expires_at = *expires_at};
    if (!token.expires_at && !actor.manages_all) {
        token.expires_at = now + default_token_life;
    }
    return token;
}

Result<void> may_see(const TokenProfile& token, const TokenActor& actor) {
    if (token.owner.id == actor.user || actor.sees_all) {
        return {};
    }
    return Error(Errc::permission_denied,
                 access::refusal_sentence(access::Permission::gateway_api_token_list));
}

TokenRule updating(TokenUpdate update, TokenActor actor) {
    return [update = std::move(update), actor](const TokenProfile& token) -> Result<TokenChange> {
        const Result<void> allowed = may_change(token, actor);
        if (!allowed) {
            return allowed.error();
        }
        TokenChange change;
        if (update.name) {
            Result<std::string> name = check_name(*update.name);
            if (!name) {
                return name.error();
            }
            change.name = std::move(*name);
        }
        if (update.permissions) {
            Result<Permissions> permissions = check_permissions(*update.permissions);
            if (!permissions) {
                return permissions.error();
            }
            const Result<void> bounded = within(permissions->set, set_of(token.permissions), actor);
            if (!bounded) {
                return bounded.error();
            }
            change.permissions = std::move(permissions->texts);
        }
        return change;
    };
}

TokenRule rotating(RotationRequest request, std::string new_hash, TokenActor actor, Timestamp now) {
    return [request, new_hash = std::move(new_hash), actor,
            now](const TokenProfile& token) -> Result<TokenChange> {
        const Result<void> allowed = may_change(token, actor);
        if (!allowed) {
            return allowed.error();
        }
        const Result<void> bounded = within(set_of(token.permissions), {}, actor);
        if (!bounded) {
            return bounded.error();
        }
        if (request.overlap < std::chrono::minutes(0) || request.overlap > longest_overlap) {
            return invalid("overlap_minutes must be between 0 and 10080");
        }
        const auto expires_at = check_expiry(request.expires_at, actor, now);
        if (!expires_at) {
            return expires_at.error();
        }
        TokenRotation rotation{.hash = new_hash};
        if (request.overlap.count() > 0) {
            rotation.old_text_until = now + request.overlap;
        }
        return TokenChange{.expires_at = *expires_at, .rotation = std::move(rotation)};
    };
}

TokenRule removing(TokenActor actor) {
    return [actor](const TokenProfile& token) -> Result<TokenChange> {
        const Result<void> allowed = may_change(token, actor);
        if (!allowed) {
            return allowed.error();
        }
        return TokenChange{.fate = TokenFate::is_removed};
    };
}

}  // namespace rgw::identity
