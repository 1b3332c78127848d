#include "cose_key.hpp"

#include <algorithm>
#include <array>

namespace rgw::mfa {
namespace {

// Labels and numbers of RFC 9053 §7 and RFC 8230 §4.
constexpr std::int64_t label_type = 1;
constexpr std::int64_t label_algorithm = 3;
constexpr std::int64_t label_curve = -1;  // RSA: n
constexpr std::int64_t label_x = -2;      // RSA: e
constexpr std::int64_t label_y = -3;
constexpr std::int64_t type_okp = 1;
constexpr std::int64_t type_ec2 = 2;
constexpr std::int64_t type_rsa = 3;

struct Row {
    CoseAlgorithm algorithm;
    crypto::SignatureAlgorithm signature;
    crypto::KeyType key;
    std::int64_t type;
    std::int64_t curve;  // WebAuthn §5.8.5 ties each algorithm to one; RSA: 0
};
using crypto::KeyType;
using crypto::SignatureAlgorithm;
constexpr auto rows = std::to_array<Row>({
    {CoseAlgorithm::es256, SignatureAlgorithm::es256, KeyType::p256, type_ec2, 1},
    {CoseAlgorithm::es384, SignatureAlgorithm::es384, KeyType::p384, type_ec2, 2},
    {CoseAlgorithm::es512, SignatureAlgorithm::es512, KeyType::p521, type_ec2, 3},
    {CoseAlgorithm::eddsa, SignatureAlgorithm::ed25519, KeyType::ed25519, type_okp, 6},
    {CoseAlgorithm::ed448, SignatureAlgorithm::ed448, KeyType::ed448, type_okp, 7},
    {CoseAlgorithm::ps256, SignatureAlgorithm::ps256, KeyType::rsa, type_rsa, 0},
    {CoseAlgorithm::rs256, SignatureAlgorithm::rs256, KeyType::rsa, type_rsa, 0},
});

const Row* find_row(std::int64_t number) {
    const auto* const found = std::ranges::find_if(rows, [number](const Row& row) {
        return static_cast<std::int64_t>(row.algorithm) == number;
    });
    return found == rows.end() ? nullptr : found;
}

bool is_number(const cbor::Value& map, std::int64_t label, std::int64_t number) {
    const cbor::Value* found = cbor::find(map, label, cbor::Kind::integer);
    return found != nullptr && found->number == number;
}

// Empty when it is missing: no key is made of that.
std::string_view octets(const cbor::Value& map, std::int64_t label) {
    const cbor::Value* found = cbor::find(map, label, cbor::Kind::bytes);
    return found != nullptr ? found->content : std::string_view();
}

Result<crypto::VerifyingKey> read_numbers(const cbor::Value& map, const Row& row) {
    Error other(Errc::invalid_value, "its members are not those of its type");
    if (row.type == type_rsa) {
        return cbor::size(map) == 4
                   ? crypto::VerifyingKey::rsa(octets(map, label_curve), octets(map, label_x))
                   : other;
    }
    if (!is_number(map, label_curve, row.curve)) {
        return other;
    }
    if (row.type == type_ec2) {
        return cbor::size(map) == 5
                   ? crypto::VerifyingKey::ec(row.key, octets(map, label_x), octets(map, label_y))
                   : other;
    }
    return cbor::size(map) == 4 ? crypto::VerifyingKey::edwards(row.key, octets(map, label_x))
                                : other;
}

}  // namespace

std::optional<CoseAlgorithm> find_cose_algorithm(std::int64_t number) {
    const Row* row = find_row(number);
    return row != nullptr ? std::optional(row->algorithm) : std::nullopt;
}

crypto::SignatureAlgorithm signature_algorithm(CoseAlgorithm algorithm) {
    return find_row(static_cast<std::int64_t>(algorithm))->signature;
}

WebAuthnResult<CredentialKey> read_cose_key(const cbor::Value& map) {
    const cbor::Value* algorithm = cbor::find(map, label_algorithm, cbor::Kind::integer);
    if (algorithm == nullptr) {
        return WebAuthnFault::public_key_malformed;
    }
    const Row* row = find_row(algorithm->number);
    if (row == nullptr) {
        return WebAuthnFault::algorithm_refused;
    }
    if (!is_number(map, label_type, row->type)) {
        return WebAuthnFault::public_key_malformed;
    }
    auto key = read_numbers(map, *row);
    if (!key) {
        return WebAuthnFault::public_key_malformed;
    }
    return CredentialKey{.algorithm = row->algorithm,
                         .key = std::move(*key),
                         .x = octets(map, label_x),
                         .y = octets(map, label_y)};
}

}  // namespace rgw::mfa
