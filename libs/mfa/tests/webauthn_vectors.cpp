#include "webauthn_vectors.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include "rgw/base/json.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::mfa::test {
namespace {

namespace json = boost::json;

json::object read_file(const std::string& name) {
    std::ifstream file(RGW_TEST_VECTORS "/" + name, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return parse_json_object(text, {.bytes = 1024UL * 1024}).value();
}

std::string bytes(const json::object& members, std::string_view name) {
    const auto decoded = crypto::parse_hex(text_member(members, name));
    if (!decoded || decoded->empty()) {
        throw std::runtime_error("a test vector lacks " + std::string(name));
    }
    return *decoded;
}

RegistrationResponse read_registration(const json::object& members) {
    return {.credential_id = bytes(members, "credential_id"),
            .client_data_json = bytes(members, "clientDataJSON"),
            .attestation_object = bytes(members, "attestationObject"),
            .transports = {}};
}

Vector read_vector(const json::object& members) {
    const json::object& registration = members.at("registration").as_object();
    const json::object& assertion = members.at("authentication").as_object();
    Vector vector{.name = std::string(text_member(members, "id")),
                  .registration_challenge = bytes(registration, "challenge"),
                  .assertion_challenge = bytes(assertion, "challenge"),
                  .registration = read_registration(registration),
                  .assertion = {.credential_id = bytes(registration, "credential_id"),
                                .client_data_json = bytes(assertion, "clientDataJSON"),
                                .authenticator_data = bytes(assertion, "authenticatorData"),
                                .signature = bytes(assertion, "signature"),
                                .user_handle = std::nullopt}};
    std::ranges::copy(crypto::bytes_of(bytes(registration, "aaguid")), vector.aaguid.begin());
    return vector;
}

const json::object& document() {
    static const json::object read = read_file("webauthn.json");
    return read;
}

std::vector<Vector> read_vectors() {
    std::vector<Vector> out;
    for (const json::value& item : document().at("vectors").as_array()) {
        out.push_back(read_vector(item.as_object()));
        if (out.back().name == "android-key-es256") {
            const json::object corrected = read_file("webauthn_android_key.json");
            out.back().registration = read_registration(corrected.at("registration").as_object());
        }
    }
    return out;
}

}  // namespace

bool Vector::is_attested() const {
    return !name.starts_with("none") && !name.starts_with("packed-self");
}

const std::vector<Vector>& vectors() {
    static const std::vector<Vector> read = read_vectors();
    return read;
}

const Vector& vector_of(std::string_view name) {
    const auto found = std::ranges::find(vectors(), name, &Vector::name);
    if (found == vectors().end()) {
        throw std::runtime_error("no such test vector");
    }
    return *found;
}

const RegistrationResponse& published_android_key() {
    static const RegistrationResponse read = [] {
        for (const json::value& item : document().at("vectors").as_array()) {
            if (text_member(item.as_object(), "id") == "android-key-es256") {
                return read_registration(item.at("registration").as_object());
            }
        }
        throw std::runtime_error("no android-key-es256");
    }();
    return read;
}

const std::string& attestation_root() {
    static const std::string der = bytes(document(), "attestation_root_certificate_der");
    return der;
}

RelyingParty vector_party() {
    return {.id = "example.org",
            .origins = {"https://example.org"},
            .top_origins = {"https://example.com"}};
}

AttestationRules vector_rules() {
    return {.trust_roots = {attestation_root()}, .trusted_only = true, .aaguids = {}};
}

ExpectedRegistration expected_registration(const Vector& vector) {
    return {.challenge = vector.registration_challenge,
            .user_verification = UserVerification::preferred,
            .now = Timestamp(std::chrono::seconds(1'800'000'000))};
}

ExpectedAssertion expected_assertion(const Vector& vector) {
    return {.challenge = vector.assertion_challenge,
            .user_verification = UserVerification::preferred};
}

StoredCredential stored(const Vector& vector) {
    AttestationRules any = vector_rules();
    any.trusted_only = false;
    const auto made = verify_registration(vector_party(), any, expected_registration(vector),
                                          vector.registration);
    if (!made) {
        throw std::runtime_error("a test vector was refused: " + std::string(id(made.error())));
    }
    return {.id = made->id,
            .public_key = made->public_key,
            .user_handle = "1",
            .sign_count = made->sign_count,
            .backup_eligible = made->backup_eligible};
}

}  // namespace rgw::mfa::test
