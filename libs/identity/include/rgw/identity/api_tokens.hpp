#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/identity/token_rules.hpp"
#include "rgw/identity/user_store.hpp"

namespace rgw::identity {

// A token and its text, which nobody sees again.
struct IssuedToken {
    TokenProfile token;
    Secret text;
};

// API tokens as the people who own and manage them deal with them: the rules of token_rules.hpp on
// the stores. From any loop.
class ApiTokens {
public:
    ApiTokens(TokenDirectory& tokens, UserStore& users, const Clock& clock)
        : tokens_(tokens), users_(users), clock_(clock) {}

    // The actor's own, or everybody's if they see those; the newest first.
    async::Task<Result<std::vector<TokenProfile>>> list(TokenActor actor, Deadline deadline);
    // Errors: not_found, permission_denied.
    async::Task<Result<TokenProfile>> load(TokenActor actor, std::string public_id,
                                           Deadline deadline);
    // For the owner of that address if it is given, which only who manages everybody's tokens may
    // do for somebody else. Errors: those of plan_token(); permission_denied; invalid_request (the
    // name is taken, no such owner).
    async::Task<Result<IssuedToken>> create(TokenActor actor, TokenRequest request,
                                            std::optional<std::string> owner_email,
                                            Deadline deadline);
    // Errors: not_found, those of the rules; invalid_request (the name is taken).
    async::Task<Result<ChangedToken>> update(TokenActor actor, std::string public_id,
                                             TokenUpdate update, Deadline deadline);
    async::Task<Result<IssuedToken>> rotate(TokenActor actor, std::string public_id,
                                            RotationRequest request, Deadline deadline);
    async::Task<Result<ChangedToken>> remove(TokenActor actor, std::string public_id,
                                             Deadline deadline);

private:
    async::Task<Result<UserId>> find_owner(TokenActor actor, std::string email, Deadline deadline);

    TokenDirectory& tokens_;
    UserStore& users_;
    const Clock& clock_;
};

}  // namespace rgw::identity
