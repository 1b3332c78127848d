#include "client_data.hpp"

#include <algorithm>

#include "rgw/base/json.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::mfa {
namespace {

namespace json = boost::json;

constexpr JsonLimits limits{.bytes = 16UL * 1024};
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct ClientData {
    std::string type;
    std::string challenge;
    std::string origin;
    bool cross_origin = false;
    std::optional<std::string> top_origin;
};

// False when it is there and no text.
bool read_text(const json::object& members, std::string_view name, std::string& into) {
    const json::value* member = members.if_contains(name);
    const json::string* found = member != nullptr ? member->if_string() : nullptr;
    if (found == nullptr) {
        return false;
    }
    into.assign(found->data(), found->size());
    return true;
}

bool read_origins(const json::object& members, ClientData& data) {
    if (const json::value* cross_origin = members.if_contains("crossOrigin")) {
        if (!cross_origin->is_bool()) {
            return false;
        }
        data.cross_origin = cross_origin->get_bool();
    }
    if (members.contains("topOrigin")) {
        return read_text(members, "topOrigin", data.top_origin.emplace());
    }
    return true;
}

// "UTF-8 decode" (Encoding §6) strips a byte order mark; where it would replace what is not UTF-8,
// we refuse. `tokenBinding` is of earlier levels and not looked at.
std::optional<ClientData> parse(std::string_view text) {
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    const auto members = parse_json_object(text, limits);
    ClientData data;
    if (!members || !read_text(*members, "type", data.type) ||
        !read_text(*members, "challenge", data.challenge) ||
        !read_text(*members, "origin", data.origin) || !read_origins(*members, data)) {
        return std::nullopt;
    }
    return data;
}

// A frame of another origin is refused where none is expected; a client that names the page around
// the frame must name one of ours. Older clients name none.
bool may_be_framed(const ClientData& data, const RelyingParty& party) {
    if (!data.cross_origin) {
        return !data.top_origin;  // only a cross-origin frame has one (§5.8.1)
    }
    return data.top_origin ? std::ranges::count(party.top_origins, *data.top_origin) > 0
                           : !party.top_origins.empty();
}

}  // namespace

std::optional<WebAuthnFault> check_client_data(std::string_view json, Ceremony ceremony,
                                               const RelyingParty& party,
                                               std::string_view challenge) {
    const auto data = parse(json);
    if (!data) {
        return WebAuthnFault::client_data_malformed;
    }
    if (data->type != (ceremony == Ceremony::registration ? "webauthn.create" : "webauthn.get")) {
        return WebAuthnFault::type_wrong;
    }
    // A caller that has lost its challenge must not accept everybody's empty one.
    if (challenge.empty() ||
        !crypto::constant_time_equal(data->challenge, crypto::base64url(challenge))) {
        return WebAuthnFault::challenge_wrong;
    }
    if (std::ranges::count(party.origins, data->origin) == 0) {
        return WebAuthnFault::origin_wrong;
    }
    if (!may_be_framed(*data, party)) {
        return WebAuthnFault::cross_origin_refused;
    }
    return std::nullopt;
}

}  // namespace rgw::mfa
