#include <gtest/gtest.h>

#include "ceremony.hpp"
#include "rgw/mfa_testing/encoders.hpp"

namespace rgw::mfa::test {
namespace {

using namespace std::string_literals;
using testing::Conduct;
using testing::SoftAuthenticator;

std::string_view used(const StoredCredential& credential, const AssertionResponse& response,
                      const ExpectedAssertion& expected = expected_use) {
    return reason(verify_assertion(party, expected, credential, response));
}

TEST(Assertion, EveryAlgorithmOfOursIsAccepted) {
    for (const CoseAlgorithm algorithm :
         {CoseAlgorithm::es256, CoseAlgorithm::eddsa, CoseAlgorithm::es384, CoseAlgorithm::es512,
          CoseAlgorithm::ed448, CoseAlgorithm::ps256, CoseAlgorithm::rs256}) {
        SoftAuthenticator authenticator(algorithm);
        const StoredCredential credential = registered(authenticator);
        const AssertionResponse response = authenticator.assertion(challenge, page);
        EXPECT_EQ(used(credential, response), "accepted") << static_cast<int>(algorithm);
        AssertionResponse other = response;
        other.signature = authenticator.sign("another message");
        EXPECT_EQ(used(credential, other), "signature_wrong") << static_cast<int>(algorithm);
    }
}

TEST(Assertion, SaysWhatChanges) {
    SoftAuthenticator authenticator;
    const StoredCredential credential = registered(authenticator, {.backup_eligible = true});
    const auto first = verify_assertion(
        party, expected_use, credential,
        authenticator.assertion(challenge, page, {.backup_eligible = true, .backed_up = true}));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->sign_count, 2U);
    EXPECT_TRUE(first->user_verified);
    EXPECT_TRUE(first->backed_up);
    const auto second =
        verify_assertion(party, expected_use, credential,
                         authenticator.assertion(
                             challenge, page, {.user_verified = false, .backup_eligible = true}));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->sign_count, 3U);
    EXPECT_FALSE(second->user_verified);
    EXPECT_FALSE(second->backed_up);
}

TEST(Assertion, IsOfTheCredentialAndItsUser) {
    SoftAuthenticator authenticator;
    SoftAuthenticator other;
    const StoredCredential credential = registered(authenticator);
    registered(other);
    EXPECT_EQ(used(credential, other.assertion(challenge, page)), "credential_unknown");
    AssertionResponse response = authenticator.assertion(challenge, page);
    response.user_handle = "43";
    EXPECT_EQ(used(credential, response), "user_handle_wrong");
    response.user_handle = std::nullopt;  // security keys without storage give none
    EXPECT_EQ(used(credential, response), "accepted");
    response.credential_id.clear();
    StoredCredential lost = credential;
    lost.id.clear();
    EXPECT_EQ(used(lost, response), "credential_unknown");
    // The other's signature under our credential's name.
    AssertionResponse forged = other.assertion(challenge, page);
    forged.credential_id = credential.id;
    forged.user_handle = std::nullopt;
    EXPECT_EQ(used(credential, forged), "signature_wrong");
}

TEST(Assertion, OfAnotherConductIsRefused) {
    const ExpectedAssertion verified{.challenge = challenge,
                                     .user_verification = UserVerification::required};
    struct Case {
        std::string_view what;
        Conduct conduct;
        std::string_view preferred;
        std::string_view required;
    };
    const Case cases[] = {
        {"well", {}, "accepted", "accepted"},
        {"nobody there", {.user_present = false}, "user_not_present", "user_not_present"},
        {"nobody known", {.user_verified = false}, "accepted", "user_not_verified"},
        {"backed up, not eligible",
         {.backed_up = true},
         "backup_state_impossible",
         "backup_state_impossible"},
        {"eligible since registration",
         {.backup_eligible = true},
         "backup_state_impossible",
         "backup_state_impossible"},
        {"a frame", {.cross_origin = true}, "cross_origin_refused", "cross_origin_refused"},
        {"another signature", {.bogus_signature = true}, "signature_wrong", "signature_wrong"},
        {"a stuck counter",
         {.stuck_counter = true},
         "sign_count_went_back",
         "sign_count_went_back"},
    };
    for (const Case& each : cases) {
        SoftAuthenticator authenticator;
        const StoredCredential credential = registered(authenticator);
        const AssertionResponse response = authenticator.assertion(challenge, page, each.conduct);
        EXPECT_EQ(used(credential, response), each.preferred) << each.what;
        EXPECT_EQ(used(credential, response, verified), each.required) << each.what;
    }
    SoftAuthenticator synced;
    const StoredCredential credential = registered(synced, {.backup_eligible = true});
    EXPECT_EQ(used(credential, synced.assertion(challenge, page)), "backup_state_impossible");
}

TEST(Assertion, ForAnotherSiteIsRefused) {
    SoftAuthenticator authenticator;
    const StoredCredential credential = registered(authenticator);
    const testing::Page other_origin{.rp_id = page.rp_id, .origin = "https://evil.example"};
    const testing::Page other_party{.rp_id = "evil.example", .origin = page.origin};
    EXPECT_EQ(used(credential, authenticator.assertion(challenge, other_origin)), "origin_wrong");
    EXPECT_EQ(used(credential, authenticator.assertion(challenge, other_party)), "rp_id_wrong");
    EXPECT_EQ(used(credential, authenticator.assertion("another", page)), "challenge_wrong");
}

TEST(Assertion, ItsCounterMustGrowOrStayAtZero) {
    struct Case {
        std::uint32_t stored;
        std::uint32_t given;
        std::string_view reason;
    };
    const Case cases[] = {
        {0, 0, "accepted"},
        {0, 1, "accepted"},
        {1, 2, "accepted"},
        {1, UINT32_MAX, "accepted"},
        {1, 0, "sign_count_went_back"},
        {2, 1, "sign_count_went_back"},
        {2, 2, "sign_count_went_back"},
        {UINT32_MAX, UINT32_MAX, "sign_count_went_back"},
        {UINT32_MAX, 0, "sign_count_went_back"},
    };
    SoftAuthenticator authenticator;
    StoredCredential credential = registered(authenticator);
    for (const Case& each : cases) {
        credential.sign_count = each.stored;
        const AssertionResponse response =
            authenticator.assertion_over(client_data("webauthn.get", challenge, page),
                                         testing::authenticator_data(page, {}, each.given));
        EXPECT_EQ(used(credential, response), each.reason) << each.stored << ", " << each.given;
    }
}

// All of them signed by the credential itself: the form alone is wrong.
TEST(Assertion, ItsAuthenticatorDataHasOneForm) {
    SoftAuthenticator authenticator;
    const StoredCredential credential = registered(authenticator);
    const std::string good = testing::authenticator_data(page, {}, 9);
    const auto with_flags = [&good](unsigned flags, std::string_view more) {
        std::string data = good;
        data[32] = static_cast<char>(flags);
        return data + std::string(more);
    };
    const std::string attested = authenticator.attested_credential();
    const std::string extensions = testing::cbor_map(
        {{"uvm", testing::cbor_array({testing::cbor_integer(2), testing::cbor_integer(4)})}});
    const std::pair<std::string, std::string_view> cases[] = {
        {good, "accepted"},
        {with_flags(0x85, extensions), "accepted"},
        {with_flags(0x85, "\xA0"), "accepted"},
        {with_flags(0x27, ""), "accepted"},  // reserved bits are for those who come after us
        {"", "authenticator_data_malformed"},
        {good.substr(0, 36), "authenticator_data_malformed"},
        {good + "x", "authenticator_data_malformed"},
        {with_flags(0x05, extensions), "authenticator_data_malformed"},
        {with_flags(0x85, ""), "authenticator_data_malformed"},
        {with_flags(0x85, extensions + "x"), "authenticator_data_malformed"},
        {with_flags(0x85, "\x80"), "authenticator_data_malformed"},          // an array
        {with_flags(0x85, "\xA1\x01\x02"), "authenticator_data_malformed"},  // a number names none
        {with_flags(0x85, "\xBF\xFF"), "authenticator_data_malformed"},      // indefinite
        {with_flags(0x45, attested), "authenticator_data_malformed"},        // is for registrations
        {with_flags(0x45, ""), "authenticator_data_malformed"},
        {good + std::string(20'000, '\0'), "authenticator_data_malformed"},
    };
    for (const auto& [data, expected] : cases) {
        const AssertionResponse response =
            authenticator.assertion_over(client_data("webauthn.get", challenge, page), data);
        EXPECT_EQ(used(credential, response), expected) << data.size();
    }
}

TEST(Assertion, AStoredKeyThatIsNoneVerifiesNothing) {
    SoftAuthenticator authenticator;
    StoredCredential credential = registered(authenticator);
    const AssertionResponse response = authenticator.assertion(challenge, page);
    const std::string key = credential.public_key;
    const std::pair<std::string, std::string_view> cases[] = {
        {"", "public_key_malformed"},
        {key + "x", "public_key_malformed"},
        {key.substr(1), "public_key_malformed"},
        {testing::cbor_labelled({{1, testing::cbor_integer(2)}, {3, testing::cbor_integer(-47)}}),
         "algorithm_refused"},
        {key, "accepted"},
    };
    for (const auto& [stored_key, expected] : cases) {
        credential.public_key = stored_key;
        EXPECT_EQ(used(credential, response), expected);
    }
}

// r and s in DER have one spelling; and OpenSSL must not be talked into another algorithm.
TEST(Assertion, ASignatureHasOneSpelling) {
    SoftAuthenticator authenticator;
    const StoredCredential credential = registered(authenticator);
    const AssertionResponse good = authenticator.assertion(challenge, page);
    const std::string signature = good.signature;
    const auto size = static_cast<unsigned char>(signature[1]);
    const auto padded_r = [&] {
        std::string out = signature;
        out[1] = static_cast<char>(size + 1);
        out[3] = static_cast<char>(out[3] + 1);
        return out.insert(4, 1, '\0');
    };
    const std::string cases[] = {
        "",
        signature + "\0"s,
        "\x30\x81"s + static_cast<char>(size) + signature.substr(2),  // a longer length
        "\x30\x80"s + signature.substr(2) + "\0\0"s,                  // an indefinite one
        padded_r(),
        "\x30\x06\x02\x01\x00\x02\x01\x00"s,  // r and s are zero
        "\x30\x06\x02\x01\x01\x02\x01\x01"s,
        std::string(64, '\1'),  // a pair as JWS has it
        std::string(5000, '\x30'),
    };
    for (const std::string& each : cases) {
        AssertionResponse response = good;
        response.signature = each;
        EXPECT_EQ(used(credential, response), "signature_wrong") << each.size();
    }
    EXPECT_EQ(used(credential, good), "accepted");
}

}  // namespace
}  // namespace rgw::mfa::test
