// Sub-commands for when nobody is left who could do it in the web app: the only admin is locked
// out, or has lost their second factors.
#include <iostream>
#include <string>
#include <utility>

#include "commands.hpp"
#include "configuration.hpp"
#include "database.hpp"
#include "host_audit.hpp"
#include "rgw/base/text.hpp"
#include "rgw/identity/seed.hpp"
#include "rgw/identity/user_rules.hpp"
#include "rgw/storage/factor_store.hpp"
#include "rgw/storage/user_directory.hpp"

namespace rgw::app {
namespace {

constexpr std::chrono::seconds patience{30};

using Act = async::Task<Result<void>> (*)(Database&, identity::UserProfile, std::string reason);

async::Task<Result<void>> unlock(Database& database, identity::UserProfile user, std::string) {
    storage::PgUserDirectory users(database.pool());
    const SystemClock clock;
    const auto changed = co_await users.change(user.user.email, identity::unlocking(), clock.now(),
                                               deadline_in(patience));
    co_return changed ? Result<void>() : Result<void>(changed.error());
}

async::Task<Result<void>> reset_factors(Database& database, identity::UserProfile user,
                                        std::string reason) {
    storage::PgFactorStore factors(database.pool());
    const SystemClock clock;
    const Result<std::int64_t> reset = co_await factors.reset(
        user.user.id, std::nullopt, std::move(reason), clock.now(), deadline_in(patience));
    co_return reset ? Result<void>() : Result<void>(reset.error());
}

async::Task<Result<void>> act_on_user(Database& database, HostAudit& audit, UserAction action,
                                      std::string name, Act act) {
    const Result<std::string> email = identity::parse_email(action.email);
    if (!email) {
        co_return Error(Errc::invalid_value, "--email " + action.email + ": not an address");
    }
    storage::PgUserDirectory users(database.pool());
    const auto found = co_await users.find(*email, deadline_in(patience));
    if (!found) {
        co_return found.error();
    }
    if (!*found) {
        co_return Error(Errc::not_found, "there is no user " + *email);
    }
    std::string more = R"(,"reason":)";
    append_json_string(more, action.reason);
    const Result<std::int64_t> intent = co_await audit.begin({.type = "users",
                                                              .action = std::move(name),
                                                              .resource = *email,
                                                              .user_email = *email,
                                                              .more = std::move(more)});
    if (!intent) {
        co_return intent.error();
    }
    const Result<void> done = co_await act(database, **found, action.reason);
    const Result<void> recorded = co_await audit.end(*intent, done ? "success" : "error");
    co_return done ? recorded : done;
}

int run(const UserAction& action, const char* name, Act act, const char* done_text) {
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
    const Result<void> done =
        database.wait_for(act_on_user(database, (*host)->audit(), action, name, act));
    if (!done) {
        return fail(done.error());
    }
    std::cout << action.email << done_text << "\n";
    return 0;
}

}  // namespace

int unlock_user(const UserAction& action) {
    return run(action, "user.unlock", unlock, " is unlocked.");
}

int reset_user_factors(const UserAction& action) {
    return run(action, "user.mfa_reset", reset_factors,
               " has no second factor any more, is signed out everywhere, and sets up a new one at "
               "the next sign-in.");
}

}  // namespace rgw::app
