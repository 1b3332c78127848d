#include "rgw/crypto/jwk.hpp"

#include <algorithm>
#include <array>

#include "public_key.hpp"
#include "rgw/base/json.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::crypto {
namespace {

namespace json = boost::json;

constexpr std::size_t max_json_bytes = 16UL * 1024;

struct AlgorithmName {
    JwsAlgorithm algorithm;
    std::string_view name;
};
// In the order of the enum.
constexpr std::array<AlgorithmName, 5> algorithm_names = {{
    {JwsAlgorithm::rs256, "RS256"},
    {JwsAlgorithm::ps256, "PS256"},
    {JwsAlgorithm::es256, "ES256"},
    {JwsAlgorithm::es384, "ES384"},
    {JwsAlgorithm::eddsa, "EdDSA"},
}};

Error refusal(std::string_view why) {
    return {Errc::invalid_value, "key: " + std::string(why)};
}

std::optional<std::string> octets(const json::object& members, std::string_view member) {
    return parse_base64url(text_member(members, member));
}

Result<VerifyingKey> read_ec(const json::object& members, KeyType curve) {
    const auto x = octets(members, "x");
    const auto y = octets(members, "y");
    return VerifyingKey::ec(curve, x.value_or(""), y.value_or(""));
}

std::optional<KeyType> find_key_type(const json::object& members) {
    const std::string_view kind = text_member(members, "kty");
    const std::string_view curve = text_member(members, "crv");
    if (kind == "RSA") {
        return KeyType::rsa;
    }
    if (kind == "EC" && curve == "P-256") {
        return KeyType::p256;
    }
    if (kind == "EC" && curve == "P-384") {
        return KeyType::p384;
    }
    if (kind == "OKP" && curve == "Ed25519") {
        return KeyType::ed25519;
    }
    return std::nullopt;
}

Result<VerifyingKey> read_key(const json::object& members, KeyType type) {
    switch (type) {
        case KeyType::rsa:
            return VerifyingKey::rsa(octets(members, "n").value_or(""),
                                     octets(members, "e").value_or(""));
        case KeyType::p256:
        case KeyType::p384:
        case KeyType::p521:
            return read_ec(members, type);
        case KeyType::ed25519:
        case KeyType::ed448:
            break;
    }
    return VerifyingKey::edwards(type, octets(members, "x").value_or(""));
}

SignatureAlgorithm signature_algorithm(JwsAlgorithm algorithm) {
    switch (algorithm) {
        case JwsAlgorithm::rs256:
            return SignatureAlgorithm::rs256;
        case JwsAlgorithm::ps256:
            return SignatureAlgorithm::ps256;
        case JwsAlgorithm::es256:
            return SignatureAlgorithm::es256;
        case JwsAlgorithm::es384:
            return SignatureAlgorithm::es384;
        case JwsAlgorithm::eddsa:
            break;
    }
    return SignatureAlgorithm::ed25519;
}

// Sets `into` when the member is there; false when it is there and no text.
bool read_text(const json::object& members, std::string_view member,
               std::optional<std::string>& into) {
    if (members.contains(member)) {
        into = text_member(members, member);
        return !into->empty();
    }
    return true;
}

// Whether `use` and `key_ops` (RFC 7517 §4.2, §4.3) let the key verify; a member of another type
// does not.
bool is_for_verifying(const json::object& members) {
    if (members.contains("use") && text_member(members, "use") != "sig") {
        return false;
    }
    const json::value* operations = members.if_contains("key_ops");
    if (operations == nullptr) {
        return true;
    }
    const json::array* list = operations->if_array();
    return list != nullptr && std::ranges::any_of(*list, [](const json::value& item) {
               return item.is_string() && item.get_string() == "verify";
           });
}

}  // namespace

std::optional<JwsAlgorithm> find_jws_algorithm(std::string_view name) {
    const auto* const found = std::ranges::find(algorithm_names, name, &AlgorithmName::name);
    return found == algorithm_names.end() ? std::nullopt : std::optional(found->algorithm);
}

std::string_view name(JwsAlgorithm algorithm) {
    return algorithm_names[static_cast<std::size_t>(algorithm)].name;
}

Result<Jwk> Jwk::parse(std::string_view text) {
    const auto members = parse_json_object(text, {.bytes = max_json_bytes});
    if (!members) {
        return refusal(rgw::text(members.error()));
    }
    return read(*members);
}

Result<Jwk> Jwk::read(const json::object& members) {
    const auto type = find_key_type(members);
    if (!type) {
        return refusal("not RSA, P-256, P-384 or Ed25519");
    }
    if (members.contains("d")) {
        return refusal("it carries its private part");
    }
    Jwk key;
    if (!read_text(members, "kid", key.key_id_) || !read_text(members, "alg", key.algorithm_)) {
        return refusal("kid or alg is no text");
    }
    auto verifying_key = read_key(members, *type);
    if (!verifying_key) {
        return verifying_key.error();
    }
    key.for_verifying_ = is_for_verifying(members);
    key.key_ = std::move(*verifying_key);
    return key;
}

bool Jwk::fits(JwsAlgorithm algorithm) const {
    return for_verifying_ && key_->fits(signature_algorithm(algorithm)) &&
           (!algorithm_ || *algorithm_ == name(algorithm));
}

bool Jwk::verifies(JwsAlgorithm algorithm, std::string_view message,
                   std::string_view signature) const {
    if (!fits(algorithm)) {
        return false;
    }
    const std::size_t number_octets = field_octets(key_->type());
    if (number_octets == 0) {
        return key_->verifies(signature_algorithm(algorithm), message, signature);
    }
    const auto der = der_of_pair(signature, number_octets);
    return der && key_->verifies(signature_algorithm(algorithm), message, *der);
}

}  // namespace rgw::crypto
