#include "last_seen_release.hpp"

#include <boost/json.hpp>
#include <utility>

#include "rgw/audit/log_reader.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds patience{5};
// Of the caller's newest events about the app's releases; what was read is nearly always the first.
constexpr std::int64_t most_events = 100;

bool is_callers(const audit::Event& event, const identity::Principal& caller) {
    const bool by_token = caller.api_token_id.has_value();
    return event.status == "success" && event.api_token_id.has_value() == by_token &&
           (!by_token || *event.api_token_id == caller.api_token_id->value);
}

std::optional<std::string> created_by(const audit::Event& event) {
    boost::system::error_code error;
    const boost::json::value details = boost::json::parse(event.details.value_or(""), error);
    const boost::json::object* object = error ? nullptr : details.if_object();
    const boost::json::value* created =
        object == nullptr ? nullptr : object->if_contains("created");
    const boost::json::string* id = created == nullptr ? nullptr : created->if_string();
    return id == nullptr ? std::nullopt : std::optional<std::string>(*id);
}

}  // namespace

async::Task<Result<std::optional<std::string>>> find_last_seen_release(Services& services,
                                                                       const Call& call) {
    const Deadline deadline = deadline_in(patience);
    audit::Filter filter;
    filter.user_email = call.principal->email;
    filter.search = "\"path\":\"" + call.rack->path;
    Result<std::optional<audit::Walk>> walk =
        co_await services.audit_reader->begin(filter, deadline);
    if (!walk) {
        co_return walk.error();
    }
    if (!*walk) {
        co_return std::optional<std::string>();
    }
    const auto events = co_await services.audit_reader->advance(
        filter, **walk, audit::Show::actions, most_events, deadline);
    if (!events) {
        co_return events.error();
    }
    std::optional<std::string> made_since;
    for (const audit::StoredEvent& stored : *events) {
        const audit::Event& event = stored.event;
        if (!is_callers(event, *call.principal)) {
            continue;
        }
        if (event.action == "release.read") {
            co_return made_since ? made_since : event.resource;
        }
        if (event.action == "release.create" && !made_since) {
            made_since = created_by(event);
        }
    }
    co_return std::optional<std::string>();
}

}  // namespace rgw::api
