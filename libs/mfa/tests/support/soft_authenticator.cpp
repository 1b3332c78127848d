#include "rgw/mfa_testing/soft_authenticator.hpp"

#include <array>
#include <stdexcept>

#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"
#include "rgw/mfa_testing/encoders.hpp"

namespace rgw::mfa::testing {
namespace {

using crypto::base64url;
using crypto::SignatureAlgorithm;
using crypto::testing::KeyKind;

struct Row {
    CoseAlgorithm algorithm;
    KeyKind kind;
    SignatureAlgorithm signature;
    std::int64_t type;   // kty of RFC 9053 §7
    std::int64_t curve;  // crv
};
constexpr auto rows = std::to_array<Row>({
    {CoseAlgorithm::es256, KeyKind::p256, SignatureAlgorithm::es256, 2, 1},
    {CoseAlgorithm::es384, KeyKind::p384, SignatureAlgorithm::es384, 2, 2},
    {CoseAlgorithm::es512, KeyKind::p521, SignatureAlgorithm::es512, 2, 3},
    {CoseAlgorithm::eddsa, KeyKind::ed25519, SignatureAlgorithm::ed25519, 1, 6},
    {CoseAlgorithm::ed448, KeyKind::ed448, SignatureAlgorithm::ed448, 1, 7},
    {CoseAlgorithm::ps256, KeyKind::rsa, SignatureAlgorithm::ps256, 3, 0},
    {CoseAlgorithm::rs256, KeyKind::rsa, SignatureAlgorithm::rs256, 3, 0},
});

const Row& row_of(CoseAlgorithm algorithm) {
    for (const Row& row : rows) {
        if (row.algorithm == algorithm) {
            return row;
        }
    }
    throw std::runtime_error("no such algorithm");
}

std::string random(std::size_t size) {
    std::string out(size, '\0');
    crypto::random_bytes(std::as_writable_bytes(std::span(out)));
    return out;
}

std::string big_endian(std::uint32_t number, int octets) {
    std::string out;
    for (int i = octets - 1; i >= 0; --i) {
        out += static_cast<char>(number >> (8U * static_cast<unsigned>(i)) & 0xFFU);
    }
    return out;
}

std::string json_text(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

// What both kinds of credential share.
std::string credential_json(std::string_view id, std::string_view response) {
    const std::string text = json_text(base64url(id));
    return R"({"id":)" + text + R"(,"rawId":)" + text + R"(,"type":"public-key","response":)" +
           std::string(response) +
           R"(,"authenticatorAttachment":"cross-platform","clientExtensionResults":{}})";
}

}  // namespace

std::string client_data(std::string_view type, std::string_view challenge, const Page& page,
                        const Conduct& conduct) {
    std::string out = R"({"type":)" + json_text(type) + R"(,"challenge":)" +
                      json_text(base64url(challenge)) + R"(,"origin":)" + json_text(page.origin) +
                      R"(,"crossOrigin":)" + (conduct.cross_origin ? "true" : "false");
    if (!conduct.top_origin.empty()) {
        out += R"(,"topOrigin":)" + json_text(conduct.top_origin);
    }
    return out + "}";
}

std::string authenticator_data(const Page& page, const Conduct& conduct, std::uint32_t sign_count,
                               std::string_view attested_credential) {
    const unsigned flags =
        (conduct.user_present ? 0x01U : 0U) | (conduct.user_verified ? 0x04U : 0U) |
        (conduct.backup_eligible ? 0x08U : 0U) | (conduct.backed_up ? 0x10U : 0U) |
        (attested_credential.empty() ? 0U : 0x40U);
    const crypto::Digest rp_id_hash = crypto::sha256(page.rp_id);
    return std::string(crypto::text_of(rp_id_hash)) + static_cast<char>(flags) +
           big_endian(sign_count, 4) + std::string(attested_credential);
}

std::string attestation_object(std::string_view format, std::string_view statement,
                               std::string_view authenticator_data) {
    return cbor_map({{"fmt", cbor_text(format)},
                     {"attStmt", std::string(statement)},
                     {"authData", cbor_bytes(authenticator_data)}});
}

SoftAuthenticator::SoftAuthenticator(CoseAlgorithm algorithm)
    : algorithm_(algorithm), key_(row_of(algorithm).kind), credential_id_(random(32)) {}

crypto::testing::PublicNumbers SoftAuthenticator::public_numbers() const {
    return key_.public_numbers();
}

std::string SoftAuthenticator::cose_key() const {
    const Row& row = row_of(algorithm_);
    const auto numbers = key_.public_numbers();
    Labelled members = {{1, cbor_integer(row.type)},
                        {3, cbor_integer(static_cast<std::int64_t>(algorithm_))}};
    if (row.curve == 0) {
        members.emplace_back(-1, cbor_bytes(numbers.first));
        members.emplace_back(-2, cbor_bytes(numbers.second));
        return cbor_labelled(members);
    }
    members.emplace_back(-1, cbor_integer(row.curve));
    members.emplace_back(-2, cbor_bytes(numbers.first));
    if (!numbers.second.empty()) {
        members.emplace_back(-3, cbor_bytes(numbers.second));
    }
    return cbor_labelled(members);
}

std::string SoftAuthenticator::attested_credential(const Aaguid& aaguid) const {
    return std::string(crypto::text_of(aaguid)) +
           big_endian(static_cast<std::uint32_t>(credential_id_.size()), 2) + credential_id_ +
           cose_key();
}

std::string SoftAuthenticator::sign(std::string_view message) const {
    return key_.sign_der(row_of(algorithm_).signature, message);
}

AssertionResponse SoftAuthenticator::assertion_over(std::string_view client_data,
                                                    std::string_view authenticator_data) const {
    const crypto::Digest hash = crypto::sha256(client_data);
    return {.credential_id = credential_id_,
            .client_data_json = std::string(client_data),
            .authenticator_data = std::string(authenticator_data),
            .signature = sign(std::string(authenticator_data) + std::string(crypto::text_of(hash))),
            .user_handle = user_handle_.empty() ? std::nullopt : std::optional(user_handle_)};
}

std::uint32_t SoftAuthenticator::next_count(const Conduct& conduct) {
    return conduct.stuck_counter ? sign_count_ : ++sign_count_;
}

RegistrationResponse SoftAuthenticator::registration(std::string_view challenge, const Page& page,
                                                     std::string_view user_handle,
                                                     const Conduct& conduct) {
    user_handle_ = user_handle;
    const std::string data =
        authenticator_data(page, conduct, next_count(conduct), attested_credential());
    return {.credential_id = credential_id_,
            .client_data_json = client_data("webauthn.create", challenge, page, conduct),
            .attestation_object = attestation_object("none", cbor_map({}), data),
            .transports = {"usb", "nfc"}};
}

AssertionResponse SoftAuthenticator::assertion(std::string_view challenge, const Page& page,
                                               const Conduct& conduct) {
    const std::string data = authenticator_data(page, conduct, next_count(conduct));
    AssertionResponse response =
        assertion_over(client_data("webauthn.get", challenge, page, conduct), data);
    if (conduct.bogus_signature) {
        response.signature = sign("something else");
    }
    return response;
}

std::string SoftAuthenticator::registration_json(std::string_view challenge, const Page& page,
                                                 std::string_view user_handle,
                                                 const Conduct& conduct) {
    const RegistrationResponse response = registration(challenge, page, user_handle, conduct);
    return credential_json(
        response.credential_id,
        R"({"clientDataJSON":")" + base64url(response.client_data_json) +
            R"(","attestationObject":")" + base64url(response.attestation_object) +
            R"(","publicKeyAlgorithm":)" + std::to_string(static_cast<int>(algorithm_)) +
            R"(,"transports":["usb","nfc"]})");
}

std::string SoftAuthenticator::assertion_json(std::string_view challenge, const Page& page,
                                              const Conduct& conduct) {
    const AssertionResponse response = assertion(challenge, page, conduct);
    return credential_json(response.credential_id,
                           R"({"clientDataJSON":")" + base64url(response.client_data_json) +
                               R"(","authenticatorData":")" +
                               base64url(response.authenticator_data) + R"(","signature":")" +
                               base64url(response.signature) + R"(","userHandle":")" +
                               base64url(response.user_handle.value_or("")) + R"("})");
}

}  // namespace rgw::mfa::testing
