#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"

namespace rgw::http {
class Upstream;
}
namespace boost::json {
class value;
}

namespace rgw::api {

class AuditEntry;
struct Call;
struct ChangeRecord;
class SchemaBook;

// A body that is made while it is sent.
class BodySource {
public:
    virtual ~BodySource() = default;
    // The next bytes, at most some 64 KiB; empty at the end. On an error the answer is cut.
    virtual async::Task<Result<std::string>> next() = 0;
};

// An answer of the gateway's own API.
struct Reply {
    int status = 200;
    std::string body;
    std::string_view constant_body = {};  // instead of `body`: one that outlives the call
    std::string_view content_type = "application/json; charset=utf-8";
    std::vector<http::OutField> fields;
    std::unique_ptr<BodySource> stream;  // instead of `body`
};

// What a handler sees of one call: who makes it, and whether they may, is judged already.
class GatewayCall {
public:
    GatewayCall(Services& services, http::Upstream& rack, AuditEntry& entry, Call& call)
        : services_(services), rack_(rack), entry_(entry), call_(call) {}

    [[nodiscard]] Services& services() const { return services_; }
    [[nodiscard]] http::Upstream& rack() const { return rack_; }
    [[nodiscard]] Call& call() const { return call_; }
    // Not on routes that serve anyone.
    [[nodiscard]] const identity::PrincipalPtr& principal() const;
    // What stands for {name} in the row's path, decoded.
    [[nodiscard]] const std::string& path(std::string_view name) const;
    // A query parameter; empty when there is none, or more than one of that name.
    [[nodiscard]] std::optional<std::string> query(std::string_view name) const;
    // All values of a query parameter that may stand several times.
    [[nodiscard]] std::vector<std::string> queries(std::string_view name) const;
    // A cookie's value; empty when there is none, or more than one of that name.
    [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;
    // Of a row whose operation takes one; read whole, within its limit.
    [[nodiscard]] const std::string& body() const;

    // What the call's event says besides who, when and which route. The resource is the path's
    // first {name} unless named here; `json` is JSON text.
    void name_resource(std::string resource);
    void add_detail(std::string_view name, std::string_view json);
    // An event of its own, durable with the call's, written when the call succeeds.
    void record_change(ChangeRecord change);
    // Of a row with Intent::by_handler: the call's intent, with the changes noted so far, is
    // durable from here on. Before anything changes. Errors: those of AuditEntry::open().
    async::Task<Result<void>> open_record();

private:
    Services& services_;
    http::Upstream& rack_;
    AuditEntry& entry_;
    Call& call_;
};

using GatewayHandler = async::Task<Result<Reply>> (*)(GatewayCall);
using ShapeOf = boost::json::value (*)(SchemaBook&);

struct QueryParameter {
    std::string_view name;
    std::string_view meaning;
};

inline constexpr std::string_view form_type = "application/x-www-form-urlencoded";

// What a row of the route table does: its handler, and what goes in and comes out of it for
// /openapi.json.
struct Operation {
    GatewayHandler handle;
    std::string_view summary;
    std::span<const QueryParameter> query = {};
    ShapeOf body = nullptr;  // none is read without it
    std::string_view body_type = "application/json";
    std::size_t body_limit = 64UL * 1024;
    ShapeOf answer = nullptr;  // no JSON: a page, a redirect, nothing
    int status = 200;          // of success
};

[[nodiscard]] Reply redirect(std::string location, int status = 302);
[[nodiscard]] Reply no_content();

}  // namespace rgw::api
