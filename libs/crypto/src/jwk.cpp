#include "rgw/crypto/jwk.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "public_key.hpp"
#include "rgw/base/json.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::crypto {
namespace {

namespace json = boost::json;

constexpr std::size_t max_json_bytes = 16UL * 1024;
constexpr std::size_t min_rsa_bits = 2048;
constexpr std::size_t max_rsa_bits = 8192;  // a check takes a millisecond already
constexpr std::size_t max_exponent_octets = 4;
constexpr std::size_t ed25519_octets = 32;

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

std::size_t bits_of(std::string_view big_endian) {
    const auto first = static_cast<unsigned char>(big_endian.front());
    return (big_endian.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(first));
}

// RFC 7518 §2, Base64urlUInt: the fewest octets. Both numbers of an RSA key are odd.
bool is_odd_number(const std::optional<std::string>& big_endian) {
    return big_endian && !big_endian->empty() && big_endian->front() != '\0' &&
           (static_cast<unsigned char>(big_endian->back()) & 1U) == 1;
}

Result<KeyHandle> read_rsa(const json::object& members) {
    const auto modulus = octets(members, "n");
    const auto exponent = octets(members, "e");
    if (!is_odd_number(modulus) || !is_odd_number(exponent)) {
        return refusal("n or e is no number of an RSA key");
    }
    if (bits_of(*modulus) < min_rsa_bits || bits_of(*modulus) > max_rsa_bits) {
        return refusal("RSA of fewer than 2048 or more than 8192 bits");
    }
    // FIPS 186-5 §A.1.1 wants more than 2^16; a large one only costs time.
    if (bits_of(*exponent) <= 16 || exponent->size() > max_exponent_octets) {
        return refusal("RSA with an unusual exponent");
    }
    return make_rsa_key(*modulus, *exponent);
}

Result<KeyHandle> read_ec(const json::object& members, KeyType type) {
    const std::size_t field_octets = type == KeyType::p256 ? 32 : 48;
    const auto x = octets(members, "x");
    const auto y = octets(members, "y");
    if (!x || !y || x->size() != field_octets || y->size() != field_octets) {
        return refusal("x or y is no coordinate of its curve");
    }
    return make_ec_key(type, *x, *y);
}

Result<KeyHandle> read_ed25519(const json::object& members) {
    const auto x = octets(members, "x");
    if (!x || x->size() != ed25519_octets) {
        return refusal("x is no Ed25519 key");
    }
    return make_ed25519_key(*x);
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

Result<KeyHandle> read_key(const json::object& members, KeyType type) {
    switch (type) {
        case KeyType::rsa:
            return read_rsa(members);
        case KeyType::p256:
        case KeyType::p384:
            return read_ec(members, type);
        case KeyType::ed25519:
            break;
    }
    return read_ed25519(members);
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

struct Jwk::Key {
    KeyType type;
    KeyHandle handle;
};

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
    auto handle = read_key(members, *type);
    if (!handle) {
        return handle.error();
    }
    if (*handle == nullptr) {
        return refusal("its numbers are no public key");
    }
    key.for_verifying_ = is_for_verifying(members);
    key.key_ = std::make_shared<const Key>(Key{.type = *type, .handle = std::move(*handle)});
    return key;
}

bool Jwk::fits(JwsAlgorithm algorithm) const {
    return for_verifying_ && key_->type == key_type_of(algorithm) &&
           (!algorithm_ || *algorithm_ == name(algorithm));
}

bool Jwk::verifies(JwsAlgorithm algorithm, std::string_view message,
                   std::string_view signature) const {
    return fits(algorithm) && verify_signature(key_->handle.get(), algorithm, message, signature);
}

}  // namespace rgw::crypto
