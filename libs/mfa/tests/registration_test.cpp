#include <gtest/gtest.h>

#include <set>

#include "ceremony.hpp"
#include "rgw/mfa_testing/encoders.hpp"

namespace rgw::mfa::test {
namespace {

using namespace std::string_literals;
using testing::attestation_object;
using testing::cbor_bytes;
using testing::cbor_map;
using testing::cbor_text;
using testing::Conduct;
using testing::SoftAuthenticator;

RegistrationResponse response_with(const SoftAuthenticator& authenticator, std::string object) {
    return {.credential_id = authenticator.credential_id(),
            .client_data_json = client_data("webauthn.create", challenge, page),
            .attestation_object = std::move(object),
            .transports = {}};
}

std::string_view made(const RegistrationResponse& response, const AttestationRules& rules = {}) {
    return reason(verify_registration(party, rules, expected_new, response));
}

TEST(Registration, GivesTheCredential) {
    SoftAuthenticator authenticator;
    RegistrationResponse response = authenticator.registration(
        challenge, page, "42",
        {.user_verified = false, .backup_eligible = true, .backed_up = true});
    response.transports = {"usb", "telepathy", "nfc", "usb", "hybrid", ""};
    const auto credential = verify_registration(party, {}, expected_new, response);
    ASSERT_TRUE(credential) << id(credential.error());
    EXPECT_EQ(credential->id, authenticator.credential_id());
    EXPECT_EQ(credential->public_key, authenticator.cose_key());
    EXPECT_EQ(credential->algorithm, CoseAlgorithm::es256);
    EXPECT_EQ(credential->sign_count, 1U);
    EXPECT_EQ(credential->aaguid, Aaguid{});
    EXPECT_EQ(credential->attestation_format, "none");
    EXPECT_EQ(credential->attestation, AttestationType::none);
    EXPECT_FALSE(credential->user_verified);
    EXPECT_TRUE(credential->backup_eligible);
    EXPECT_TRUE(credential->backed_up);
    EXPECT_EQ(credential->transports, (std::vector<std::string>{"hybrid", "nfc", "usb"}));
}

TEST(Registration, OfAnotherConductIsRefused) {
    const std::pair<Conduct, std::string_view> cases[] = {
        {{}, "accepted"},
        {{.user_present = false}, "user_not_present"},
        {{.user_verified = false}, "user_not_verified"},
        {{.backed_up = true}, "backup_state_impossible"},
        {{.cross_origin = true}, "cross_origin_refused"},
    };
    ExpectedRegistration verified = expected_new;
    verified.user_verification = UserVerification::required;
    for (const auto& [conduct, expected] : cases) {
        SoftAuthenticator authenticator;
        const auto response = authenticator.registration(challenge, page, "42", conduct);
        EXPECT_EQ(reason(verify_registration(party, {}, verified, response)), expected);
    }
}

TEST(Registration, ForAnotherSiteIsRefused) {
    SoftAuthenticator authenticator;
    const testing::Page other_origin{.rp_id = page.rp_id, .origin = "https://evil.example"};
    const testing::Page other_party{.rp_id = "evil.example", .origin = page.origin};
    EXPECT_EQ(made(authenticator.registration(challenge, other_origin, "42")), "origin_wrong");
    EXPECT_EQ(made(authenticator.registration(challenge, other_party, "42")), "rp_id_wrong");
    EXPECT_EQ(made(authenticator.registration("another", page, "42")), "challenge_wrong");
    RegistrationResponse response = authenticator.registration(challenge, page, "42");
    response.client_data_json = client_data("webauthn.get", challenge, page);
    EXPECT_EQ(made(response), "type_wrong");
    response.client_data_json = "{}";
    EXPECT_EQ(made(response), "client_data_malformed");
}

TEST(Registration, TheAttestationObjectHasThreeMembers) {
    const SoftAuthenticator authenticator;
    const std::string data =
        testing::authenticator_data(page, {}, 0, authenticator.attested_credential());
    const testing::Members good = {
        {"fmt", cbor_text("none")}, {"attStmt", cbor_map({})}, {"authData", cbor_bytes(data)}};
    const auto with = [&good](const std::string& name, const std::string& value) {
        testing::Members members = good;
        members[name] = value;
        return cbor_map(members);
    };
    const auto without = [&good](const std::string& name) {
        testing::Members members = good;
        members.erase(name);
        return cbor_map(members);
    };
    const std::string cases[] = {
        "",
        cbor_map({}),
        testing::cbor_array({cbor_map(good)}),
        cbor_map(good) + "\0"s,
        without("fmt"),
        without("attStmt"),
        without("authData"),
        with("epAtt", "\xF5"),
        with("fmt", cbor_bytes("none")),
        with("attStmt", testing::cbor_array({})),
        with("authData", cbor_text("text")),
        with("attStmt", "\xF6"),
        with("attStmt", cbor_map({{"x", cbor_bytes(std::string(40'000, 'x'))}})),
        "\xD9\xD9\xF7" + cbor_map(good),  // a tag that says "this is CBOR"
    };
    for (const std::string& object : cases) {
        EXPECT_EQ(made(response_with(authenticator, object)), "attestation_object_malformed");
    }
    EXPECT_EQ(made(response_with(authenticator, cbor_map(good))), "accepted");
}

TEST(Registration, TheAuthenticatorDataHoldsOneCredential) {
    const SoftAuthenticator authenticator;
    const std::string attested = authenticator.attested_credential();
    const auto object_with = [](unsigned flags, const std::string& more) {
        std::string data = testing::authenticator_data(page, {}, 0) + more;
        data[32] = static_cast<char>(flags);
        return attestation_object("none", cbor_map({}), data);
    };
    const std::string extensions =
        cbor_map({{"credProtect", testing::cbor_integer(2)}, {"hmac-secret", "\xF5"}});
    const std::string no_id = std::string(18, '\0') + authenticator.cose_key();
    const std::pair<std::string, std::string_view> cases[] = {
        {object_with(0x45, attested), "accepted"},
        {object_with(0xC5, attested + extensions), "accepted"},
        {object_with(0x05, ""), "authenticator_data_malformed"},
        {object_with(0x05, attested), "authenticator_data_malformed"},
        {object_with(0x45, ""), "authenticator_data_malformed"},
        {object_with(0x45, attested.substr(0, 17)), "authenticator_data_malformed"},
        {object_with(0x45, attested.substr(0, 40)), "authenticator_data_malformed"},
        {object_with(0x45, attested.substr(0, attested.size() - 1)),
         "authenticator_data_malformed"},
        {object_with(0x45, attested + "\0"s), "authenticator_data_malformed"},
        {object_with(0x45, attested + extensions), "authenticator_data_malformed"},
        {object_with(0xC5, attested), "authenticator_data_malformed"},
        {object_with(0xC5, attested + extensions + "\0"s), "authenticator_data_malformed"},
        {object_with(0xC5, attested + testing::cbor_array({})), "authenticator_data_malformed"},
        {object_with(0x85, extensions), "authenticator_data_malformed"},
        {object_with(0x45, no_id), "authenticator_data_malformed"},
        {object_with(0x45, std::string(20'000, '\0')), "authenticator_data_malformed"},
    };
    for (const auto& [object, expected] : cases) {
        EXPECT_EQ(made(response_with(authenticator, object)), expected);
    }
}

// §7.1 step 26; the vectors have one of 1023 bytes.
TEST(Registration, ACredentialIdHasALimit) {
    const SoftAuthenticator authenticator;
    const auto with_id = [&](const std::string& id) {
        std::string attested(16, '\0');
        attested += static_cast<char>(id.size() >> 8U);
        attested += static_cast<char>(id.size() & 0xFFU);
        attested += id + authenticator.cose_key();
        RegistrationResponse response = response_with(
            authenticator, attestation_object("none", cbor_map({}),
                                              testing::authenticator_data(page, {}, 0, attested)));
        response.credential_id = id;
        return made(response);
    };
    EXPECT_EQ(with_id("x"), "accepted");
    EXPECT_EQ(with_id(std::string(1023, 'x')), "accepted");
    EXPECT_EQ(with_id(std::string(1024, 'x')), "credential_id_too_long");
    EXPECT_EQ(with_id(std::string(8000, 'x')), "credential_id_too_long");
}

TEST(Registration, TheIdIsTheOneTheAuthenticatorGave) {
    SoftAuthenticator authenticator;
    RegistrationResponse response = authenticator.registration(challenge, page, "42");
    response.credential_id = "somebody else's";
    EXPECT_EQ(made(response), "response_malformed");
}

TEST(Registration, AnUnknownFormatOrAlgorithmIsRefused) {
    const SoftAuthenticator authenticator;
    const std::string data =
        testing::authenticator_data(page, {}, 0, authenticator.attested_credential());
    for (const std::string_view format :
         {"", "None", "none ", "android-safetynet", "compound", "fido-u2f\n"}) {
        EXPECT_EQ(
            made(response_with(authenticator, attestation_object(format, cbor_map({}), data))),
            "attestation_format_unknown");
    }
    // RS1, which the specification's attestations once had; ES256K; HMAC.
    for (const std::int64_t algorithm : {-65535, -47, 5, 0, -8 - 65536}) {
        const std::string key = testing::cbor_labelled({{1, testing::cbor_integer(3)},
                                                        {3, testing::cbor_integer(algorithm)},
                                                        {-1, cbor_bytes(std::string(256, '\xFF'))},
                                                        {-2, cbor_bytes("\x01\x00\x01"s)}});
        const std::string attested = std::string(17, '\0') + "\x01x" + key;
        EXPECT_EQ(
            made(response_with(authenticator, attestation_object("none", cbor_map({}),
                                                                 testing::authenticator_data(
                                                                     page, {}, 0, attested)))),
            "algorithm_refused");
    }
}

TEST(Registration, NoAttestationIsEmptyAndNotTrusted) {
    SoftAuthenticator authenticator;
    const RegistrationResponse response = authenticator.registration(challenge, page, "42");
    EXPECT_EQ(made(response, {.trusted_only = true}), "attestation_untrusted");
    EXPECT_EQ(made(response, {.aaguids = {Aaguid{std::byte{1}}}}), "aaguid_refused");
    EXPECT_EQ(made(response, {.aaguids = {Aaguid{}, Aaguid{std::byte{1}}}}), "accepted");
    const std::string data =
        testing::authenticator_data(page, {}, 0, authenticator.attested_credential());
    EXPECT_EQ(
        made(response_with(authenticator,
                           attestation_object("none", cbor_map({{"sig", cbor_bytes("x")}}), data))),
        "attestation_malformed");
}

TEST(WebAuthnFaults, EachHasItsOwnName) {
    std::set<std::string_view> names;
    const int last = static_cast<int>(WebAuthnFault::sign_count_went_back);
    for (int i = 0; i <= last; ++i) {
        const std::string_view name = id(static_cast<WebAuthnFault>(i));
        EXPECT_NE(name, "unknown");
        EXPECT_TRUE(names.insert(name).second) << name;
    }
}

}  // namespace
}  // namespace rgw::mfa::test
