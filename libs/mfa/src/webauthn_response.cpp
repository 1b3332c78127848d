#include <optional>

#include "rgw/base/json.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/mfa/webauthn.hpp"

namespace rgw::mfa {
namespace {

namespace json = boost::json;

// Deep enough for what extensions give back, of which nothing is read.
constexpr JsonLimits limits{.bytes = 64UL * 1024, .depth = 16};
constexpr std::size_t max_user_handle_bytes = 64;  // §5.4.3
constexpr std::size_t max_transports = 16;

// Padding is tolerated where it is due, and nothing else that is not base64url.
std::optional<std::string> decode(std::string_view text) {
    if (text.size() % 4 == 0) {
        for (int i = 0; i < 2 && text.ends_with('='); ++i) {
            text.remove_suffix(1);
        }
    }
    return crypto::parse_base64url(text);
}

// Nothing when it is missing, empty or not base64url.
std::optional<std::string> find_bytes(const json::object& members, std::string_view name) {
    auto bytes = decode(text_member(members, name));
    return bytes && !bytes->empty() ? std::move(bytes) : std::nullopt;
}

struct PublicKeyCredential {
    std::string id;
    json::object response;
};

// What both kinds share (§5.1). `authenticatorAttachment`, `clientExtensionResults` and members we
// do not know are not looked at.
std::optional<PublicKeyCredential> parse_credential(std::string_view text) {
    auto members = parse_json_object(text, limits);
    if (!members || text_member(*members, "type") != "public-key") {
        return std::nullopt;
    }
    const auto id = find_bytes(*members, "id");
    auto raw_id = find_bytes(*members, "rawId");
    json::value* response = members->if_contains("response");
    if (!id || !raw_id || *id != *raw_id || response == nullptr || !response->is_object()) {
        return std::nullopt;
    }
    return PublicKeyCredential{.id = std::move(*raw_id),
                               .response = std::move(response->get_object())};
}

std::optional<std::vector<std::string>> read_transports(const json::object& response) {
    std::vector<std::string> out;
    const json::value* member = response.if_contains("transports");
    if (member == nullptr) {
        return out;
    }
    const json::array* list = member->if_array();
    if (list == nullptr || list->size() > max_transports) {
        return std::nullopt;
    }
    for (const json::value& item : *list) {
        if (!item.is_string()) {
            return std::nullopt;
        }
        out.emplace_back(item.get_string().data(), item.get_string().size());
    }
    return out;
}

// False when it is there and no user handle; null and "" are what clients send for none.
bool read_user_handle(const json::object& response, std::optional<std::string>& into) {
    const json::value* member = response.if_contains("userHandle");
    if (member == nullptr || member->is_null()) {
        return true;
    }
    if (!member->is_string()) {
        return false;
    }
    auto handle = decode(text_member(response, "userHandle"));
    if (!handle || handle->size() > max_user_handle_bytes) {
        return false;
    }
    if (!handle->empty()) {
        into = std::move(*handle);
    }
    return true;
}

}  // namespace

WebAuthnResult<RegistrationResponse> parse_registration(std::string_view json) {
    auto credential = parse_credential(json);
    if (!credential) {
        return WebAuthnFault::response_malformed;
    }
    auto client_data = find_bytes(credential->response, "clientDataJSON");
    auto attestation = find_bytes(credential->response, "attestationObject");
    auto transports = read_transports(credential->response);
    if (!client_data || !attestation || !transports) {
        return WebAuthnFault::response_malformed;
    }
    return RegistrationResponse{.credential_id = std::move(credential->id),
                                .client_data_json = std::move(*client_data),
                                .attestation_object = std::move(*attestation),
                                .transports = std::move(*transports)};
}

WebAuthnResult<AssertionResponse> parse_assertion(std::string_view json) {
    auto credential = parse_credential(json);
    if (!credential) {
        return WebAuthnFault::response_malformed;
    }
    auto client_data = find_bytes(credential->response, "clientDataJSON");
    auto authenticator_data = find_bytes(credential->response, "authenticatorData");
    auto signature = find_bytes(credential->response, "signature");
    std::optional<std::string> user_handle;
    if (!client_data || !authenticator_data || !signature ||
        !read_user_handle(credential->response, user_handle)) {
        return WebAuthnFault::response_malformed;
    }
    return AssertionResponse{.credential_id = std::move(credential->id),
                             .client_data_json = std::move(*client_data),
                             .authenticator_data = std::move(*authenticator_data),
                             .signature = std::move(*signature),
                             .user_handle = std::move(user_handle)};
}

}  // namespace rgw::mfa
