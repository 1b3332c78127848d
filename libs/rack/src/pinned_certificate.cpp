#include "rgw/rack/pinned_certificate.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "rgw/base/text.hpp"

namespace rgw::rack {
namespace {

constexpr std::size_t fingerprint_digits = 64;

std::string text_of(const boost::json::object& object, std::string_view name) {
    const boost::json::value* value = object.if_contains(name);
    const boost::json::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : std::string(*text);
}

std::string canonical_fingerprint(std::string text) {
    std::erase(text, ':');
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

bool is_fingerprint(std::string_view text) {
    return text.size() == fingerprint_digits &&
           text.find_first_not_of("0123456789ABCDEF") == std::string_view::npos;
}

}  // namespace

std::string to_json(const PinnedCertificate& pinned) {
    std::string json = R"({"pem":)";
    append_json_string(json, pinned.pem);
    json += R"(,"fingerprint":)";
    append_json_string(json, pinned.fingerprint);
    json += R"(,"fetched_at":)";
    append_json_string(json, pinned.fetched_at);
    return json + "}";
}

Result<PinnedCertificate> parse_pinned_certificate(std::string_view json) {
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(json, error);
    const boost::json::object* object = error ? nullptr : value.if_object();
    if (object == nullptr) {
        return Error(Errc::invalid_value, "a pinned certificate is a JSON object");
    }
    PinnedCertificate pinned{.pem = text_of(*object, "pem"),
                             .fingerprint = canonical_fingerprint(text_of(*object, "fingerprint")),
                             .fetched_at = text_of(*object, "fetched_at")};
    if (!is_fingerprint(pinned.fingerprint)) {
        return Error(Errc::invalid_value, "a pinned certificate has a SHA-256 fingerprint in hex");
    }
    return pinned;
}

}  // namespace rgw::rack
