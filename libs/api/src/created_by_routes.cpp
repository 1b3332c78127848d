#include <algorithm>
#include <array>

#include "handlers.hpp"
#include "rgw/base/text.hpp"
#include "rgw/identity/creator_store.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds patience{5};
constexpr std::size_t most_ids = 500;
constexpr auto types = std::to_array<std::string_view>({"app", "build", "release"});

struct Creator {
    std::int64_t user_id = 0;
    std::string email;
    std::string name;
};
RGW_WIRE(Creator, user_id, email, name)
using Creators = std::map<std::string, Creator>;

Result<std::string> read_type(const GatewayCall& call) {
    std::string type = call.query("type").value_or("");
    if (type.empty()) {
        return Error(Errc::invalid_request, "type required");
    }
    if (std::ranges::find(types, type) == types.end()) {
        return Error(Errc::invalid_request, "invalid type");
    }
    return type;
}

async::Task<Result<Reply>> answer_created_by(GatewayCall call) {
    const Result<std::string> type = read_type(call);
    if (!type) {
        co_return type.error();
    }
    std::vector<std::string> ids = split_list(call.query("ids").value_or(""));
    if (ids.size() > most_ids) {
        co_return Error(Errc::invalid_request, "at most 500 ids at once");
    }
    Creators creators;
    if (!ids.empty()) {
        const auto found = co_await call.services().creators.find_creators(*type, std::move(ids),
                                                                           deadline_in(patience));
        if (!found) {
            co_return found.error();
        }
        for (const identity::Creation& each : *found) {
            creators[each.resource_id] = {
                .user_id = each.user.value, .email = each.email, .name = each.name};
        }
    }
    co_return json_reply(creators);
}

constexpr QueryParameter created_by_query[] = {
    {"type", "app, build or release"},
    {"ids", "of these, separated by commas; at most 500"},
};

}  // namespace

const Operation get_created_by{.handle = answer_created_by,
                               .summary = "Who created which app, build or release",
                               .query = created_by_query,
                               .answer = shape<Creators>};

}  // namespace rgw::api
