#include "rgw/identity/oidc_client.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "renewed.hpp"
#include "rgw/identity/jwks.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds provider_lifetime = 1h;
constexpr std::chrono::seconds fetch_limit = 10s;
constexpr std::chrono::seconds key_search_interval = 30s;

FetchRequest get_json(std::string url) {
    FetchRequest request;
    request.url = std::move(url);
    request.fields.push_back({.name = "Accept", .value = Secret("application/json")});
    return request;
}

Error status_error(std::string_view document, int status) {
    return {Errc::sign_in_unavailable,
            std::string(document) + ": status " + std::to_string(status)};
}

// Whether a newer key set could make the token good. A provider that gives no key ids, or the same
// one twice, shows its new key by a signature that does not verify with the old.
bool may_be_a_new_key(TokenFault fault) {
    return fault == TokenFault::key_unknown || fault == TokenFault::key_unfit ||
           fault == TokenFault::signature_wrong;
}

}  // namespace

struct OidcClient::State {
    using Providers = Renewed<OidcProvider>;
    using Keys = Renewed<KeySet>;

    State(async::Loop& loop, HttpFetcher& f, const Clock& c, OidcClientSettings s)
        : fetcher(f),
          clock(c),
          settings(std::move(s)),
          providers(loop, c, [this] { return discover(); }),
          keys(loop, c, [this] { return fetch_keys(); }) {}

    async::Task<Result<Providers::Fetched>> discover();
    async::Task<Result<Keys::Fetched>> fetch_keys();
    async::Task<Result<IdTokenClaims>> check(Secret token, IdTokenExpectation expectation,
                                             Deadline deadline);
    [[nodiscard]] IdTokenExpectation expectation(std::string nonce) const;
    [[nodiscard]] bool may_search_key();

    HttpFetcher& fetcher;
    const Clock& clock;
    OidcClientSettings settings;
    Providers providers;
    Keys keys;
    std::optional<Timestamp> searched_key_at;
};

async::Task<Result<OidcClient::State::Providers::Fetched>> OidcClient::State::discover() {
    const auto page =
        co_await fetcher.fetch(get_json(discovery_url(settings.issuer)), deadline_in(fetch_limit));
    if (!page) {
        co_return page.error();
    }
    if (page->status != 200) {
        co_return status_error("discovery", page->status);
    }
    auto provider = parse_provider(page->body, settings.issuer);
    if (!provider) {
        co_return provider.error();
    }
    co_return Providers::Fetched{.value = std::make_shared<const OidcProvider>(*provider),
                                 .fresh_for = provider_lifetime};
}

async::Task<Result<OidcClient::State::Keys::Fetched>> OidcClient::State::fetch_keys() {
    const Deadline deadline = deadline_in(fetch_limit);
    const auto provider = co_await providers.get(deadline);
    if (!provider) {
        co_return provider.error();
    }
    const auto page = co_await fetcher.fetch(get_json((*provider)->jwks_uri), deadline);
    if (!page) {
        co_return page.error();
    }
    if (page->status != 200) {
        co_return status_error("key set", page->status);
    }
    auto set = KeySet::parse(page->body);
    if (!set) {
        co_return set.error();
    }
    co_return Keys::Fetched{.value = std::make_shared<const KeySet>(std::move(*set)),
                            .fresh_for = key_set_lifetime(page->cache_control)};
}

IdTokenExpectation OidcClient::State::expectation(std::string nonce) const {
    return {.issuer = settings.issuer,
            .client_id = settings.client_id,
            .nonce = std::move(nonce),
            .now = clock.now(),
            .allowed_domains = settings.allowed_domains,
            .role_claim = settings.role_claim};
}

bool OidcClient::State::may_search_key() {
    const Timestamp now = clock.now();
    if (searched_key_at && now >= *searched_key_at &&
        now < *searched_key_at + key_search_interval) {
        return false;
    }
    searched_key_at = now;
    return true;
}

async::Task<Result<IdTokenClaims>> OidcClient::State::check(Secret token,
                                                            IdTokenExpectation expectation,
                                                            Deadline deadline) {
    const auto known = co_await keys.get(deadline);
    if (!known) {
        co_return known.error();
    }
    auto claims = check_id_token(token.expose(), expectation, **known);
    if (!claims && may_be_a_new_key(claims.error()) && may_search_key()) {
        const auto newer = co_await keys.renew(deadline);
        if (newer) {
            claims = check_id_token(token.expose(), expectation, **newer);
        }
    }
    if (!claims) {
        co_return Error(Errc::sign_in_refused, "id_token: " + std::string(id(claims.error())));
    }
    co_return std::move(*claims);
}

OidcClient::OidcClient(async::Loop& loop, HttpFetcher& fetcher, const Clock& clock,
                       OidcClientSettings settings)
    : state_(std::make_unique<State>(loop, fetcher, clock, std::move(settings))) {}

OidcClient::~OidcClient() = default;

const OidcClientSettings& OidcClient::settings() const {
    return state_->settings;
}

async::Task<Result<std::shared_ptr<const OidcProvider>>> OidcClient::provider(Deadline deadline) {
    return state_->providers.get(deadline);
}

async::Task<Result<IdTokenClaims>> OidcClient::exchange(CodeExchange exchange, std::string nonce,
                                                        Deadline deadline) {
    const auto provider = co_await state_->providers.get(deadline);
    if (!provider) {
        co_return provider.error();
    }
    const auto page =
        co_await state_->fetcher.fetch(token_request(**provider, state_->settings.client_id,
                                                     state_->settings.client_secret, exchange),
                                       deadline);
    if (!page) {
        co_return page.error();
    }
    const auto token = parse_token_response(*page);
    if (!token) {
        co_return token.error();
    }
    auto claims = co_await state_->check(*token, state_->expectation(std::move(nonce)), deadline);
    co_return claims;
}

Result<void> OidcClient::status() const {
    if (state_->providers.has_value()) {
        return {};
    }
    const auto& failure = state_->providers.failure();
    return Error(Errc::sign_in_unavailable,
                 "not discovered yet: " + (failure ? failure->detail : "nobody has asked"));
}

async::Task<void> OidcClient::close() {
    co_await state_->keys.close();
    co_await state_->providers.close();
}

}  // namespace rgw::identity
