#include "commands.hpp"

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "configuration.hpp"
#include "database.hpp"
#include "host_audit.hpp"
#include "retention.hpp"
#include "rgw/access/role.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/identity/api_tokens.hpp"
#include "rgw/identity/seed.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/migrate.hpp"
#include "rgw/pg/reset.hpp"
#include "rgw/settings/settings.hpp"
#include "rgw/storage/token_directory.hpp"
#include "rgw/storage/user_store.hpp"

namespace rgw::app {
namespace {

constexpr std::chrono::seconds patience{30};

// "30d" from now, or a moment of its own.
Result<std::optional<Timestamp>> parse_expiry(const std::string& text, Timestamp now) {
    if (text.empty()) {
        return std::optional<Timestamp>();
    }
    Timestamp at;
    if (const auto span = parse_duration(text)) {
        at = now + *span;
    } else if (const auto moment = parse_rfc3339(text)) {
        at = *moment;
    } else {
        return Error(Errc::invalid_value,
                     "--expires " + text +
                         ": give a duration such as 30d or a time such as 2027-01-31T00:00:00Z");
    }
    if (at <= now) {
        return Error(Errc::invalid_value, "--expires " + text + ": that is in the past");
    }
    return std::optional<Timestamp>(at);
}

// Whoever runs this owns the host; the token is bounded by what its owner may do.
Result<identity::TokenActor> acting_as(const std::optional<identity::User>& owner,
                                       const std::string& email) {
    if (!owner) {
        return Error(Errc::not_found, "there is no user " + email);
    }
    return identity::TokenActor{.user = owner->id,
                                .permissions = identity::permissions_of(*owner),
                                .sees_all = true,
                                .manages_all = true};
}

async::Task<Result<identity::IssuedToken>> make_token(pg::Pool& pool, HostAudit& audit,
                                                      TokenRequest request,
                                                      std::optional<Timestamp> expires) {
    storage::PgUserStore users(pool);
    storage::PgTokenDirectory directory(pool);
    const SystemClock clock;
    identity::ApiTokens tokens(directory, users, clock);
    const Result<std::string> email = identity::parse_email(request.email);
    if (!email) {
        co_return Error(Errc::invalid_value, "--email " + request.email + ": not an address");
    }
    const auto found = co_await users.find_by_email(email.value(), deadline_in(patience));
    if (!found) {
        co_return found.error();
    }
    const Result<identity::TokenActor> owner = acting_as(*found, email.value());
    if (!owner) {
        co_return owner.error();
    }
    const Result<std::int64_t> intent = co_await audit.begin({.type = "tokens",
                                                              .action = "api_token.create",
                                                              .resource = request.name,
                                                              .user_email = email.value()});
    if (!intent) {
        co_return intent.error();
    }
    Result<identity::IssuedToken> issued = co_await tokens.create(
        *owner,
        {.name = request.name, .permissions = {}, .role = request.role, .expires_at = expires},
        std::nullopt, deadline_in(patience));
    const Result<void> recorded = co_await audit.end(intent.value(), issued ? "success" : "error");
    if (!issued) {
        const Error& why = issued.error();
        co_return Error(why.code, request.name + " for " + email.value() + ": " +
                                      (why.detail.empty() ? describe(why) : why.detail));
    }
    if (!recorded) {
        co_return recorded.error();
    }
    co_return std::move(*issued);
}

}  // namespace

int fail(const Error& error) {
    std::cerr << "rack-gateway-api: " << (error.detail.empty() ? describe(error) : error.detail)
              << "\n";
    return 1;
}

int migrate() {
    const Result<pg::ConnInfo> info = admin_connection();
    if (!info) {
        return fail(info.error());
    }
    async::Loop loop("migrate");
    loop.start();
    const auto applied =
        boost::asio::co_spawn(loop.executor(),
                              pg::migrate(loop, info.value(), migrations(), {}, runtime_grants()),
                              boost::asio::use_future)
            .get();
    if (!applied) {
        return fail(applied.error());
    }
    std::cout << (applied->empty() ? "The schema is current; nothing to apply.\n"
                                   : std::to_string(applied->size()) +
                                         " migrations applied; the schema is current.\n");
    return allow_retention(*info);
}

int reset_database() {
    const Result<pg::ConnInfo> info = admin_connection();
    if (!info) {
        return fail(info.error());
    }
    async::Loop loop("reset");
    loop.start();
    const auto done =
        boost::asio::co_spawn(
            loop.executor(),
            pg::reset_database(loop, info.value(), pg::ResetGuards::from(from_environment),
                               schema_source()),
            boost::asio::use_future)
            .get();
    if (!done) {
        return fail(done.error());
    }
    std::cout << "The database is reset: all data of the gateway is gone, the schema is current.\n";
    return 0;
}

int create_token(const TokenRequest& request) {
    if (!access::find_role(request.role)) {
        return fail(Error(
            Errc::invalid_value,
            "--role " + request.role + ": give viewer, ops, deployer, cicd, auditor or admin"));
    }
    const auto expires = parse_expiry(request.expires, SystemClock().now());
    if (!expires) {
        return fail(expires.error());
    }
    const Result<settings::Loaded> loaded =
        settings::load(settings::process_environment(), settings::Purpose::maintenance);
    if (!loaded) {
        return fail(loaded.error());
    }
    const auto host = Host::open(loaded->settings.audit);
    if (!host) {
        return fail(host.error());
    }
    Database& database = (*host)->database();
    const Result<identity::IssuedToken> made =
        database.wait_for(make_token(database.pool(), (*host)->audit(), request, expires.value()));
    if (!made) {
        return fail(made.error());
    }
    std::cout << made->text.expose() << "\n";
    return 0;
}

}  // namespace rgw::app
