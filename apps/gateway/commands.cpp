#include "commands.hpp"

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "configuration.hpp"
#include "database.hpp"
#include "host_audit.hpp"
#include "rgw/access/role.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/seed.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/migrate.hpp"
#include "rgw/pg/reset.hpp"
#include "rgw/settings/settings.hpp"
#include "rgw/storage/audit_reader.hpp"
#include "rgw/storage/token_store.hpp"
#include "rgw/storage/user_store.hpp"

namespace rgw::app {
namespace {

constexpr std::chrono::seconds patience{30};

Result<std::vector<audit::Key>> load_audit_keys() {
    const Result<settings::Loaded> loaded =
        settings::load(settings::process_environment(), settings::Purpose::maintenance);
    if (!loaded) {
        return loaded.error();
    }
    return audit_keys(loaded->settings.audit);
}

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

// The owner, who must be able to do what the token will do.
async::Task<Result<identity::User>> load_owner(storage::PgUserStore& users, std::string email,
                                               access::Role role) {
    const auto found = co_await users.find_by_email(email, deadline_in(patience));
    if (!found) {
        co_return found.error();
    }
    if (!found.value()) {
        co_return Error(Errc::not_found, "there is no user " + email);
    }
    const identity::User& owner = **found;
    if (!identity::permissions_of(owner).includes(access::permissions(role))) {
        co_return Error(Errc::permission_denied, "a token cannot hold more than its owner: " +
                                                     email + " does not have all of the role " +
                                                     std::string(access::info(role).name));
    }
    co_return owner;
}

struct MadeToken {
    Secret text;
};

async::Task<Result<MadeToken>> make_token(pg::Pool& pool, HostAudit& audit, TokenRequest request,
                                          access::Role role, std::optional<Timestamp> expires) {
    storage::PgUserStore users(pool);
    storage::PgTokenStore tokens(pool);
    const Result<std::string> email = identity::parse_email(request.email);
    if (!email) {
        co_return Error(Errc::invalid_value, "--email " + request.email + ": not an address");
    }
    const Result<identity::User> owner = co_await load_owner(users, email.value(), role);
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
    identity::NewTokenText token = identity::create_token();
    const Result<ApiTokenId> created =
        co_await tokens.create({.name = request.name,
                                .hash = token.hash,
                                .owner = owner->id,
                                .permissions = access::permission_texts(role),
                                .expires_at = expires},
                               deadline_in(patience));
    const Result<void> recorded = co_await audit.end(intent.value(), created ? "success" : "error");
    if (!created) {
        co_return created.error().code == Errc::already_exists
            ? Error(Errc::already_exists, "a token named " + request.name + " exists already")
            : created.error();
    }
    if (!recorded) {
        co_return recorded.error();
    }
    co_return MadeToken{std::move(token.text)};
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
        boost::asio::co_spawn(loop.executor(), pg::migrate(loop, info.value(), migrations()),
                              boost::asio::use_future)
            .get();
    if (!applied) {
        return fail(applied.error());
    }
    std::cout << (applied->empty() ? "The schema is current; nothing to apply.\n"
                                   : std::to_string(applied->size()) +
                                         " migrations applied; the schema is current.\n");
    return 0;
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
                               drop_sql(), migrations()),
            boost::asio::use_future)
            .get();
    if (!done) {
        return fail(done.error());
    }
    std::cout << "The database is reset: all data of the gateway is gone, the schema is current.\n";
    return 0;
}

int create_token(const TokenRequest& request) {
    const std::optional<access::Role> role = access::find_role(request.role);
    if (!role) {
        return fail(Error(
            Errc::invalid_value,
            "--role " + request.role + ": give viewer, ops, deployer, cicd, auditor or admin"));
    }
    const auto expires = parse_expiry(request.expires, SystemClock().now());
    if (!expires) {
        return fail(expires.error());
    }
    const Result<std::vector<audit::Key>> keys = load_audit_keys();
    if (!keys) {
        return fail(keys.error());
    }
    const Result<pg::ConnInfo> info = server_connection();
    if (!info) {
        return fail(info.error());
    }
    Database database(info.value(), {.max_open = 2});
    HostAudit audit(database, keys.value());
    const Result<MadeToken> made =
        database.wait_for(make_token(database.pool(), audit, request, *role, expires.value()));
    database.wait_for(audit.close());
    if (!made) {
        return fail(made.error());
    }
    std::cout << made->text.expose() << "\n";
    return 0;
}

int verify_audit_log() {
    const Result<std::vector<audit::Key>> keys = load_audit_keys();
    if (!keys) {
        return fail(keys.error());
    }
    const Result<pg::ConnInfo> info = server_connection();
    if (!info) {
        return fail(info.error());
    }
    Database database(info.value(), {.max_open = 1});
    const Result<audit::VerifyReport> report =
        database.wait_for(storage::verify_database(database.pool(), keys.value(), patience));
    if (!report) {
        return fail(report.error());
    }
    if (!report->intact()) {
        const audit::Finding& bad = *report->first_bad;
        std::cout << "NOT WHOLE: event " << bad.chain_index << ": " << audit::name(bad.fault)
                  << ": " << bad.explanation << "\n"
                  << report->next_index - report->first_index << " events before it verified.\n";
        return 2;
    }
    std::cout << report->events_seen << " events verified, " << report->first_index << " to "
              << report->next_index - 1 << "; Merkle root " << crypto::hex(report->root) << "\n";
    for (const std::string& sentence : report->not_proven) {
        std::cout << "not proven: " << sentence << "\n";
    }
    return 0;
}

}  // namespace rgw::app
