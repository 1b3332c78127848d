#include "gateway_call.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "audit_entry.hpp"
#include "call.hpp"
#include "rgw/identity/credential.hpp"

namespace rgw::api {

const identity::PrincipalPtr& GatewayCall::principal() const {
    return call_.principal;
}

const std::string& GatewayCall::path(std::string_view name) const {
    const auto found =
        std::ranges::find(call_.path, name, [](const auto& each) { return each.first; });
    if (found == call_.path.end()) {
        throw std::logic_error("the row's path has no such name");
    }
    return found->second;
}

std::optional<std::string> GatewayCall::query(std::string_view name) const {
    std::vector<std::string> values = queries(name);
    return values.size() == 1 ? std::optional(std::move(values.front())) : std::nullopt;
}

std::vector<std::string> GatewayCall::queries(std::string_view name) const {
    std::vector<std::string> values;
    for (const rack::Pair& pair : call_.query) {
        if (pair.name == name) {
            values.push_back(pair.value);
        }
    }
    return values;
}

std::optional<std::string> GatewayCall::cookie(std::string_view name) const {
    return identity::find_cookie(field("Cookie"), name);
}

std::optional<std::string_view> GatewayCall::field(std::string_view name) const {
    return call_.exchange.head().find(name);
}

const std::string& GatewayCall::body() const {
    return call_.body;
}

void GatewayCall::name_resource(std::string resource) {
    call_.resource = std::move(resource);
}

void GatewayCall::add_detail(std::string_view name, std::string_view json) {
    call_.add_detail(name, json);
}

void GatewayCall::record_change(ChangeRecord change) {
    call_.changes.push_back(std::move(change));
}

async::Task<Result<void>> GatewayCall::open_record() {
    const Result<void> opened = co_await entry_.open();
    co_return opened;
}

Reply redirect(std::string location, int status) {
    Reply reply{.status = status};
    reply.fields.push_back({"Location", std::move(location)});
    return reply;
}

Reply no_content() {
    return {.status = 204, .body = "", .content_type = ""};
}

}  // namespace rgw::api
