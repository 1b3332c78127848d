#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/identity/http_fetcher.hpp"
#include "rgw/identity/id_token.hpp"
#include "rgw/identity/oidc_flow.hpp"
#include "rgw/identity/oidc_provider.hpp"

namespace rgw::identity {

struct OidcClientSettings {
    std::string issuer;
    std::string client_id;
    Secret client_secret;
    std::vector<std::string> allowed_domains;
    std::string role_claim;
};

// Our side of one OpenID provider: knows its endpoints and keys, and turns codes into claims. Lives
// on one loop; callers of other loops come by async::on(). Await close() before destroying it.
//
// The provider is discovered when it is first asked for and again after an hour; its keys are kept
// as long as they may be, and asked for anew, at most every 30 s, when a token is signed with one
// we do not know. A failed fetch is not repeated at once: 1 s later at first, 60 s at most.
class OidcClient {
public:
    OidcClient(async::Loop& loop, HttpFetcher& fetcher, const Clock& clock,
               OidcClientSettings settings);
    ~OidcClient();

    [[nodiscard]] const OidcClientSettings& settings() const;

    // Error: sign_in_unavailable with the reason.
    async::Task<Result<std::shared_ptr<const OidcProvider>>> provider(Deadline deadline);

    // Who has signed in. `nonce` is the one of the authorization request. Errors: sign_in_refused
    // with the reason ("id_token: expired", "token endpoint: invalid_grant"), sign_in_unavailable.
    async::Task<Result<IdTokenClaims>> exchange(CodeExchange exchange, std::string nonce,
                                                Deadline deadline);

    // For readiness; asks nobody. Error: sign_in_unavailable, "not discovered yet: …".
    [[nodiscard]] Result<void> status() const;

    // Returns when no fetch is under way. Nothing may be asked any more.
    async::Task<void> close();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rgw::identity
