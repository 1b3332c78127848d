#include "rgw/identity/api_tokens.hpp"

#include "rgw/access/decision.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/seed.hpp"

namespace rgw::identity {
namespace {

// A taken name is a fault of the request, as clients know it.
Error as_request_fault(const Error& error) {
    return error.code == Errc::already_exists ? Error(Errc::invalid_request, error.detail) : error;
}

}  // namespace

async::Task<Result<std::vector<TokenProfile>>> ApiTokens::list(TokenActor actor,
                                                               Deadline deadline) {
    const std::optional<UserId> owner = actor.sees_all ? std::nullopt : std::optional(actor.user);
    Result<std::vector<TokenProfile>> found = co_await tokens_.list(owner, deadline);
    co_return found;
}

async::Task<Result<TokenProfile>> ApiTokens::load(TokenActor actor, std::string public_id,
                                                  Deadline deadline) {
    Result<std::optional<TokenProfile>> found =
        co_await tokens_.find(std::move(public_id), deadline);
    if (!found) {
        co_return found.error();
    }
    if (!*found) {
        co_return Error(Errc::not_found, "token not found");
    }
    const Result<void> allowed = may_see(**found, actor);
    if (!allowed) {
        co_return allowed.error();
    }
    co_return std::move(**found);
}

async::Task<Result<UserId>> ApiTokens::find_owner(TokenActor actor, std::string email,
                                                  Deadline deadline) {
    const Result<std::string> address = parse_email(email);
    if (!address) {
        co_return Error(Errc::invalid_request, "user_email is not an address");
    }
    const auto found = co_await users_.find_by_email(*address, deadline);
    if (!found) {
        co_return found.error();
    }
    const bool is_own = *found && (*found)->id == actor.user;
    if (!is_own && !actor.manages_all) {
        co_return Error(Errc::permission_denied,
                        access::refusal_sentence(access::Permission::gateway_api_token_manage));
    }
    if (!*found) {
        co_return Error(Errc::invalid_request, "user not found: " + *address);
    }
    co_return (*found)->id;
}

async::Task<Result<IssuedToken>> ApiTokens::create(TokenActor actor, TokenRequest request,
                                                   std::optional<std::string> owner_email,
                                                   Deadline deadline) {
    Result<NewToken> planned = plan_token(request, actor, clock_.now());
    if (!planned) {
        co_return planned.error();
    }
    if (owner_email) {
        const Result<UserId> owner = co_await find_owner(actor, *owner_email, deadline);
        if (!owner) {
            co_return owner.error();
        }
        planned->owner = *owner;
    }
    NewTokenText made = create_token();
    planned->hash = made.hash;
    Result<TokenProfile> created =
        co_await tokens_.create(std::move(*planned), clock_.now(), deadline);
    if (!created) {
        co_return as_request_fault(created.error());
    }
    co_return IssuedToken{.token = std::move(*created), .text = std::move(made.text)};
}

async::Task<Result<ChangedToken>> ApiTokens::update(TokenActor actor, std::string public_id,
                                                    TokenUpdate update, Deadline deadline) {
    Result<ChangedToken> changed =
        co_await tokens_.change(std::move(public_id), updating(std::move(update), actor), deadline);
    if (!changed) {
        co_return as_request_fault(changed.error());
    }
    co_return changed;
}

async::Task<Result<IssuedToken>> ApiTokens::rotate(TokenActor actor, std::string public_id,
                                                   RotationRequest request, Deadline deadline) {
    NewTokenText made = create_token();
    Result<ChangedToken> changed = co_await tokens_.change(
        std::move(public_id), rotating(request, made.hash, actor, clock_.now()), deadline);
    if (!changed) {
        co_return changed.error();
    }
    co_return IssuedToken{.token = std::move(changed->after), .text = std::move(made.text)};
}

async::Task<Result<ChangedToken>> ApiTokens::remove(TokenActor actor, std::string public_id,
                                                    Deadline deadline) {
    Result<ChangedToken> changed =
        co_await tokens_.change(std::move(public_id), removing(actor), deadline);
    co_return changed;
}

}  // namespace rgw::identity
