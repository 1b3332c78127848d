#include "rgw/mfa/webauthn.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "authenticator_data.hpp"
#include "cbor.hpp"
#include "client_data.hpp"
#include "cose_key.hpp"
#include "require.hpp"
#include "rgw/crypto/certificate.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "targets.hpp"
#include "tpm_structures.hpp"

namespace rgw::fuzz {
namespace {

using namespace rgw::mfa;

// The root of the specification's test vectors, in DER.
constexpr std::string_view root_hex =
    "30820207308201ada003020102021100ed7f905d8bd0b414d1784913170a90b6300a06082a8648ce3d040302"
    "3062311e301c06035504030c15576562417574686e207465737420766563746f7273310c300a060355040a0c"
    "0357334331253023060355040b0c1c41757468656e74696361746f72204174746573746174696f6e20434131"
    "0b30090603550406130241413020170d3234303130313030303030305a180f33303234303130313030303030"
    "305a3062311e301c06035504030c15576562417574686e207465737420766563746f7273310c300a06035504"
    "0a0c0357334331253023060355040b0c1c41757468656e74696361746f72204174746573746174696f6e2043"
    "41310b30090603550406130241413059301306072a8648ce3d020106082a8648ce3d03010703420004326930"
    "0e5ff7b699015f70cf80a8763bf705bc2e2af0c1b39cff718b7c35880ca30f319078d91b03389a006fdfc8a1"
    "dcd84edfa07d30aa13474a248a0dab5baaa3423040300f0603551d130101ff040530030101ff300e0603551d"
    "0f0101ff040403020106301d0603551d0e0416041445aff715b0dd786741fee996ebc16547a3931b1e300a06"
    "082a8648ce3d04030203480030450220483063b6bb08dcc83da33a02c11d2f42203176893554d138c614a369"
    "08724cc8022100f5ef2c912d4500b3e2f5b591d0622491e9f220dfd1f9734ec484bb7e90887663";

// What it ever vouched for: of the client data and the credential's id, the beginning of their
// SHA-256.
constexpr std::array<std::string_view, 10> vouched_for = {
    "e199f7a98e5195ea9297dc4ebdd5ada0",  // packed-es256
    "dd08d47c34ceae3ed2bb93198fdc2236",  // packed-es384
    "7f7599f25e421b418de151ea79245acb",  // packed-es512
    "8042d85f017407521661aa466b7fc871",  // packed-rs256
    "b9a978a2903417dd4f9a978c41c0cf06",  // packed-eddsa
    "863c360c73e40a0efbb66ddea77968b2",  // packed-ed448
    "aa3f8d1ce88c4e9186a37b893f25be64",  // tpm-es256
    "1153d6b56fef9c50780bc88b8443df4d",  // android-key-es256
    "1658ea0bd58bdd96eb0e762519928883",  // apple-es256
    "a4c0e76678f681a2fb964716a2d8cb31",  // fido-u2f-es256
};

const RelyingParty& party() {
    static const RelyingParty example{.id = "example.org",
                                      .origins = {"https://example.org"},
                                      .top_origins = {"https://example.com"}};
    return example;
}

// Whatever is read can be written in one way only.
void write_head(unsigned major, std::uint64_t argument, std::string& out) {
    const unsigned first = major << 5U;
    if (argument < 24) {
        out += static_cast<char>(first | argument);
        return;
    }
    unsigned width = 0;
    while (width < 3 && argument >> (8U << width) != 0) {
        ++width;
    }
    out += static_cast<char>(first | (24U + width));
    for (unsigned octets = 1U << width; octets > 0; --octets) {
        out += static_cast<char>(argument >> (8U * (octets - 1)) & 0xFFU);
    }
}

void write(const cbor::Value& value, std::string& out) {
    switch (value.kind) {
        case cbor::Kind::integer:
            write_head(
                value.number < 0 ? 1 : 0,
                static_cast<std::uint64_t>(value.number < 0 ? -1 - value.number : value.number),
                out);
            return;
        case cbor::Kind::bytes:
        case cbor::Kind::text:
            write_head(value.kind == cbor::Kind::bytes ? 2 : 3, value.content.size(), out);
            out += value.content;
            return;
        case cbor::Kind::array:
        case cbor::Kind::map:
            write_head(value.kind == cbor::Kind::array ? 4 : 5,
                       value.kind == cbor::Kind::array ? value.items.size() : cbor::size(value),
                       out);
            for (const cbor::Value& item : value.items) {
                write(item, out);
            }
            return;
        case cbor::Kind::boolean:
            out += value.number == 1 ? '\xF5' : '\xF4';
            return;
    }
}

void check_cbor(std::string_view input) {
    const auto value = cbor::parse_first(input);
    require(value.has_value() || !cbor::parse(input));
    if (value) {
        std::string written;
        write(*value, written);
        require(written == value->encoded && input.starts_with(value->encoded));
        require(cbor::parse(input).has_value() == (value->encoded.size() == input.size()));
    }
}

// The challenge that the client data answers, so that the steps after it are reached.
std::string answered_challenge(std::string_view client_data) {
    constexpr std::string_view name = R"("challenge":")";
    const std::size_t at = client_data.find(name);
    if (at == std::string_view::npos) {
        return "none";
    }
    const std::string_view text = client_data.substr(at + name.size());
    return crypto::parse_base64url(text.substr(0, text.find('"'))).value_or("none");
}

std::string given_id(std::string_view attestation_object) {
    const auto map = cbor::parse(attestation_object);
    const cbor::Value* bytes = map ? cbor::find(*map, "authData", cbor::Kind::bytes) : nullptr;
    const auto data = bytes != nullptr ? parse_authenticator_data(bytes->content) : std::nullopt;
    return data && data->credential ? std::string(data->credential->id) : "none";
}

void check_assertion(const AssertionResponse& response, const StoredCredential& credential) {
    const ExpectedAssertion expected{.challenge = answered_challenge(response.client_data_json)};
    const auto used = verify_assertion(party(), expected, credential, response);
    require(used || !id(used.error()).empty());
}

void check_made(const NewCredential& made, const RegistrationResponse& response) {
    require(!made.id.empty() && made.id.size() <= 1023 && made.id == response.credential_id);
    require(!made.backed_up || made.backup_eligible);
    const auto key = cbor::parse(made.public_key);
    require(key && read_cose_key(*key).value().algorithm == made.algorithm);
    if (made.attestation == AttestationType::trusted) {
        const std::string hash =
            crypto::hex(crypto::sha256(response.client_data_json + response.credential_id));
        require(std::ranges::find(vouched_for, hash.substr(0, 32)) != vouched_for.end());
    }
    require((made.attestation == AttestationType::none) == (made.attestation_format == "none"));
    require(made.attestation != AttestationType::self || made.attestation_format == "packed");
    // Nothing was signed with this key.
    check_assertion({.credential_id = made.id,
                     .client_data_json = response.client_data_json,
                     .authenticator_data = "x",
                     .signature = "x",
                     .user_handle = std::nullopt},
                    {.id = made.id, .public_key = made.public_key, .user_handle = "1"});
}

void check_registration(const RegistrationResponse& response) {
    static const std::string root = crypto::parse_hex(root_hex).value();
    const ExpectedRegistration expected{.challenge = answered_challenge(response.client_data_json),
                                        .now = Timestamp(std::chrono::seconds(1'800'000'000))};
    const auto without_root = verify_registration(party(), {}, expected, response);
    const auto made = verify_registration(party(), {.trust_roots = {root}}, expected, response);
    const auto strict = verify_registration(party(), {.trust_roots = {root}, .trusted_only = true},
                                            expected, response);
    // A root changes what is believed, never what is sound.
    require(without_root.has_value() == made.has_value());
    require(!without_root || without_root->attestation != AttestationType::trusted);
    require(strict.has_value() == (made && made->attestation == AttestationType::trusted));
    if (made) {
        check_made(*made, response);
    }
}

// Two bytes of size, the client data, the attestation object.
void check_attestation(std::string_view input) {
    if (input.size() < 2) {
        return;
    }
    const std::size_t size =
        static_cast<unsigned char>(input[0]) * 256U + static_cast<unsigned char>(input[1]);
    input.remove_prefix(2);
    const std::string_view client_data = input.substr(0, size);
    const std::string_view object = input.substr(client_data.size());
    check_registration({.credential_id = given_id(object),
                        .client_data_json = std::string(client_data),
                        .attestation_object = std::string(object),
                        .transports = {}});
}

void check_client_data_text(std::string_view input) {
    const std::string challenge = answered_challenge(input);
    for (const Ceremony ceremony : {Ceremony::registration, Ceremony::assertion}) {
        const auto fault = check_client_data(input, ceremony, party(), challenge);
        require(!fault || !id(*fault).empty());
        // No page of another origin where none is expected.
        const RelyingParty alone{.id = party().id, .origins = party().origins};
        require(fault || input.find("crossOrigin") != std::string_view::npos ||
                !check_client_data(input, ceremony, alone, challenge));
        require(check_client_data(input, ceremony, party(), "another challenge").has_value());
    }
}

void check_json(std::string_view input) {
    if (const auto registration = parse_registration(input)) {
        require(input.size() <= 64UL * 1024 && !registration->credential_id.empty());
        check_registration(*registration);
    }
    if (const auto assertion = parse_assertion(input)) {
        require(!assertion->user_handle || !assertion->user_handle->empty());
        check_assertion(*assertion, {.id = assertion->credential_id,
                                     .public_key = assertion->authenticator_data,
                                     .user_handle = "1"});
    }
}

void check_certificate(std::string_view input) {
    const auto certificate = crypto::Certificate::parse(input);
    if (!certificate) {
        require(certificate.error().code == Errc::invalid_value);
        return;
    }
    require(certificate->version() >= 1);
    require(!certificate->extension("1.2.3"));
    require(!certificate->has_purpose(""));
    const auto names = certificate->alternative_directory_names();
    require(certificate->subject().size() + names.size() < input.size());
    require(certificate->public_key() == certificate->public_key());
    const bool is_authority = certificate->is_authority().value_or(false);
    require(!is_authority || certificate->extension("2.5.29.19"));
}

void check_tpm(std::string_view input) {
    if (const auto area = tpm::parse_public_area(input)) {
        require(area->name.size() >= 2 + 32);
    }
    if (const auto info = tpm::parse_certify_info(input)) {
        require(info->extra_data.size() + info->name.size() < input.size());
    }
}

}  // namespace

void webauthn(std::string_view input) {
    if (input.empty()) {
        return;
    }
    const auto choice = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    constexpr std::array checks = {check_cbor, check_attestation, check_client_data_text,
                                   check_json, check_certificate, check_tpm};
    checks[choice % checks.size()](input);
}

}  // namespace rgw::fuzz
