#include "year_events.hpp"

#include <array>
#include <string>
#include <utility>

#include "rgw/async/task_group.hpp"

namespace rgw::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto apps = std::to_array<std::string_view>(
    {"shop", "billing-api", "accounts", "search", "notifications", "web-frontend", "reporting",
     "image-resizer", "ledger", "support-desk", "partner-api", "data-import", "checkout",
     "internal-admin"});
constexpr auto first_names = std::to_array<std::string_view>(
    {"anna", "ben", "carla", "david", "elena", "felix", "greta", "henry", "irina", "jonas", "klara",
     "liam", "maria", "noah", "olivia"});
constexpr auto last_names =
    std::to_array<std::string_view>({"fischer", "kowalski", "martin", "nguyen"});
constexpr auto agents = std::to_array<std::string_view>(
    {"convox.go/3.24.0", "convox.go/3.18.9", "rack-gateway-cli/1.4.2 (linux; amd64)",
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/142.0.0.0 Safari/537.36",
     "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"});

struct Kind {
    std::string_view action;
    std::string_view method;
    std::string_view path;  // below /apps/APP
};
constexpr auto reads = std::to_array<Kind>({{"process.list", "GET", "/processes"},
                                            {"app.read", "GET", ""},
                                            {"release.list", "GET", "/releases"},
                                            {"build.list", "GET", "/builds"},
                                            {"service.list", "GET", "/services"},
                                            {"log.read", "GET", "/logs"},
                                            {"env.read", "GET", "/environment"},
                                            {"build.read", "GET", "/builds/BKQZXWVUTSR"},
                                            {"release.read", "GET", "/releases/RMNBVCXZLKJ"},
                                            {"resource.list", "GET", "/resources"}});
constexpr auto changes =
    std::to_array<Kind>({{"build.create", "POST", "/builds"},
                         {"object.create", "POST", "/objects/tmp/upload.tgz"},
                         {"release.promote", "POST", "/releases/RMNBVCXZLKJ/promote"},
                         {"process.start", "POST", "/services/web/processes"},
                         {"process.exec", "GET", "/processes/web-5d9c7b/exec"},
                         {"process.terminate", "DELETE", "/processes/web-5d9c7b"},
                         {"env.set", "POST", "/releases"},
                         {"app.restart", "POST", "/restart"}});

std::string text(std::string_view view) {
    return std::string(view);
}

std::string details(std::string_view method, const std::string& path, std::string_view more = "") {
    return R"({"method":")" + text(method) + R"(","path":")" + path + "\"" + text(more) + "}";
}

}  // namespace

YearOfEvents::YearOfEvents(Timestamp start, std::int64_t days, std::int64_t per_day)
    : start_(start), days_(days), per_day_(per_day) {}

std::int64_t YearOfEvents::below(std::int64_t bound) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(bound));
}

// A ULID, as the gateway makes them.
std::string YearOfEvents::request_id(Timestamp at) {
    constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string id(26, '0');
    auto time = static_cast<std::uint64_t>(
        std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count());
    for (std::size_t i = 10; i-- > 0; time /= 32) {
        id[i] = alphabet[time % 32];
    }
    for (std::size_t i = 10; i < id.size(); ++i) {
        id[i] = alphabet[random_() % 32];
    }
    return id;
}

// Few do most: the square of a random number.
void YearOfEvents::set_actor(audit::Event& event) {
    const std::int64_t rank = below(7746) * below(7746) / 1'000'000;  // 0 to 59
    const std::string first =
        text(first_names[static_cast<std::size_t>(rank) % first_names.size()]);
    const std::string last =
        text(last_names[static_cast<std::size_t>(rank) / first_names.size() % last_names.size()]);
    event.user_email = first + "." + last + "@example.com";
    event.user_name = first + " " + last;
    event.user_agent = text(agents[static_cast<std::size_t>(rank) % agents.size()]);
    if (rank % 4 == 1) {
        event.api_token_id = rank;
        event.api_token_name = "ci-" + text(apps[static_cast<std::size_t>(rank) % apps.size()]);
        event.user_agent = text(agents[0]);
    }
    event.ip_address = "203.0.113." + std::to_string(rank + 1);
    event.response_time_ms = static_cast<std::int32_t>(3 + below(40) * below(40) / 10);
    event.status = "success";
    event.http_status = 200;
    event.rbac_decision = "allow";
}

void YearOfEvents::set_read(audit::Event& event) {
    const std::int64_t draw = below(100);
    event.action_type = "convox";
    if (draw < 20) {
        event.action = "app.list";
        event.resource_type = "app";
        event.resource = "all";
        event.details = details("GET", "/apps");
        return;
    }
    const Kind& kind = reads[static_cast<std::size_t>(below(std::ssize(reads)))];
    const std::string app = text(apps[static_cast<std::size_t>(below(std::ssize(apps)))]);
    event.action = kind.action;
    event.resource_type = text(kind.action.substr(0, kind.action.find('.')));
    event.resource = app;
    event.details = details(kind.method, "/apps/" + app + text(kind.path));
    if (draw == 99) {
        event.status = "failed";
        event.http_status = 404;
    }
}

void YearOfEvents::set_change(audit::Event& event) {
    const Kind& kind = changes[static_cast<std::size_t>(below(std::ssize(changes)))];
    const std::string app = text(apps[static_cast<std::size_t>(below(std::ssize(apps)))]);
    event.phase = audit::Phase::intent;
    event.status = "pending";
    event.http_status.reset();
    event.response_time_ms = 0;
    event.action_type = "convox";
    event.action = kind.action;
    event.resource_type = text(kind.action.substr(0, kind.action.find('.')));
    event.resource = app;
    event.details = details(kind.method, "/apps/" + app + text(kind.path));
    if (kind.action == "process.exec") {
        event.command = "bundle exec rails console --sandbox";
    }
    if (kind.action == "env.set") {
        event.details = details(
            kind.method, "/apps/" + app + text(kind.path),
            R"(,"changes":[{"name":"DATABASE_POOL","change":"changed","digest":"9c1185a5c5e9fc54"}])");
    }
}

void YearOfEvents::set_own_api(audit::Event& event) {
    constexpr auto paths = std::to_array<Kind>({{"audit_log.list", "GET", "/api/v1/audit-logs"},
                                                {"user.list", "GET", "/api/v1/users"},
                                                {"setting.read", "GET", "/api/v1/settings"},
                                                {"api_token.list", "GET", "/api/v1/api-tokens"}});
    const Kind& kind = paths[static_cast<std::size_t>(below(std::ssize(paths)))];
    event.action_type = "gateway";
    event.action = kind.action;
    event.resource_type = text(kind.action.substr(0, kind.action.find('.')));
    event.resource = "all";
    event.details = details(kind.method, text(kind.path));
}

void YearOfEvents::set_sign_in(audit::Event& event) {
    event.action_type = "auth";
    event.action = below(3) == 0 ? "login.oauth" : "mfa.verify";
    event.resource_type = "auth";
    event.resource = event.user_email;
    event.details = R"({"channel":"web","method":"webauthn"})";
    event.rbac_decision.reset();
    event.api_token_id.reset();
    event.api_token_name.reset();
}

void YearOfEvents::set_refusal(audit::Event& event) {
    set_read(event);
    event.status = "denied";
    event.http_status = 403;
    event.rbac_decision = "deny";
    event.details->pop_back();
    *event.details += R"(,"reason":"forbidden"})";
}

std::optional<audit::Event> YearOfEvents::next(std::int64_t day) {
    if (drawn_ >= (day + 1) * per_day_) {
        return std::nullopt;
    }
    audit::Event event;
    event.at = start_ + std::chrono::microseconds(86'400'000'000 * drawn_ / per_day_ +
                                                  below(86'400'000'000 / per_day_));
    ++drawn_;
    set_actor(event);
    event.request_id = request_id(event.at);
    const std::int64_t draw = below(100);
    if (draw < 76) {
        set_read(event);
    } else if (draw < 86) {
        set_change(event);
        ++drawn_;  // and its outcome
    } else if (draw < 94) {
        set_own_api(event);
    } else if (draw < 98) {
        set_sign_in(event);
    } else {
        set_refusal(event);
    }
    return event;
}

audit::Event YearOfEvents::outcome_of(audit::Event intent, std::int64_t chain_index) {
    const std::int64_t took = 200 + below(90) * below(90);
    intent.at += std::chrono::milliseconds(took);
    intent.phase = audit::Phase::outcome;
    intent.intent_index = chain_index;
    const bool failed = below(25) == 0;
    intent.status = failed ? "error" : "success";
    intent.http_status = failed ? 502 : 200;
    intent.response_time_ms = static_cast<std::int32_t>(took);
    return intent;
}

namespace {

async::Task<void> call(audit::Appender& appender, YearOfEvents& year, std::int64_t day,
                       Result<void>& failure) {
    for (std::optional<audit::Event> event; failure && (event = year.next(day));) {
        const bool change = event->phase == audit::Phase::intent;
        const Result<audit::Receipt> receipt = co_await appender.append(*event, deadline_in(60s));
        if (receipt && change) {
            const Result<audit::Receipt> outcome = co_await appender.append_outcome(
                year.outcome_of(std::move(*event), receipt->chain_index), deadline_in(60s));
            if (!outcome) {
                failure = outcome.error();
            }
        } else if (!receipt) {
            failure = receipt.error();
        }
    }
}

}  // namespace

async::Task<Result<void>> write_year(async::Loop& loop, audit::Appender& appender,
                                     audit::CheckpointWriter& checkpoints, YearOfEvents& year,
                                     int callers) {
    Result<void> done;
    for (std::int64_t day = 0; day < year.days() && done; ++day) {
        async::TaskGroup group(loop);
        for (int i = 0; i < callers; ++i) {
            group.spawn(call(appender, year, day, done));
        }
        co_await group.join();
        if (done) {
            done = co_await checkpoints.write(deadline_in(60s));
        }
    }
    co_return done;
}

}  // namespace rgw::bench
