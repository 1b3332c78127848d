// The test vectors of the specification: every registration and every assertion is accepted.
#include <gtest/gtest.h>

#include "webauthn_vectors.hpp"

namespace rgw::mfa::test {
namespace {

AttestationType type_of(const Vector& vector) {
    if (vector.is_attested()) {
        return AttestationType::trusted;
    }
    return vector.name == "packed-self-es256" ? AttestationType::self : AttestationType::none;
}

TEST(WebAuthnVectors, EveryRegistrationIsAccepted) {
    ASSERT_EQ(vectors().size(), 15U);
    for (const Vector& vector : vectors()) {
        SCOPED_TRACE(vector.name);
        AttestationRules rules = vector_rules();
        rules.trusted_only = vector.is_attested();
        // What fido-u2f signs is not which model it is.
        rules.aaguids = {vector.name == "fido-u2f-es256" ? Aaguid{} : vector.aaguid};
        const auto made = verify_registration(vector_party(), rules, expected_registration(vector),
                                              vector.registration);
        ASSERT_TRUE(made) << id(made.error());
        EXPECT_EQ(made->attestation, type_of(vector));
        EXPECT_EQ(made->id, vector.registration.credential_id);
        EXPECT_EQ(made->aaguid, vector.aaguid);
        EXPECT_TRUE(vector.name.starts_with(made->attestation_format));
        EXPECT_EQ(made->sign_count, 0U);
    }
}

TEST(WebAuthnVectors, EveryAssertionIsAccepted) {
    for (const Vector& vector : vectors()) {
        SCOPED_TRACE(vector.name);
        const auto used = verify_assertion(vector_party(), expected_assertion(vector),
                                           stored(vector), vector.assertion);
        EXPECT_EQ(reason(used), "accepted");
    }
}

TEST(WebAuthnVectors, EveryAlgorithmIsThere) {
    const std::pair<std::string_view, CoseAlgorithm> cases[] = {
        {"packed-es256", CoseAlgorithm::es256}, {"packed-es384", CoseAlgorithm::es384},
        {"packed-es512", CoseAlgorithm::es512}, {"packed-rs256", CoseAlgorithm::rs256},
        {"packed-eddsa", CoseAlgorithm::eddsa}, {"packed-ed448", CoseAlgorithm::ed448},
    };
    for (const auto& [name, algorithm] : cases) {
        const auto& vector = vector_of(name);
        const auto made = verify_registration(vector_party(), vector_rules(),
                                              expected_registration(vector), vector.registration);
        ASSERT_TRUE(made) << name;
        EXPECT_EQ(made->algorithm, algorithm) << name;
    }
}

// Published with empty lists, against §8.4 of the same specification; its errata say so. It is
// taken, and not for more than it proves: the other tests have it with its lists filled in.
TEST(WebAuthnVectors, AnAndroidKeyOfUnknownOriginIsTakenAndNeverTrusted) {
    AttestationRules rules = vector_rules();
    const auto expected = expected_registration(vector_of("android-key-es256"));
    EXPECT_EQ(reason(verify_registration(vector_party(), rules, expected, published_android_key())),
              "attestation_untrusted");
    rules.trusted_only = false;
    const auto made = verify_registration(vector_party(), rules, expected, published_android_key());
    ASSERT_TRUE(made) << reason(made);
    EXPECT_EQ(made->attestation, AttestationType::untrusted);
}

TEST(WebAuthnVectors, AFrameOfAnotherOriginNeedsToBeExpected) {
    const RelyingParty framed_by_nobody{.id = "example.org", .origins = {"https://example.org"}};
    RelyingParty framed_by_another = vector_party();
    framed_by_another.top_origins = {"https://example.net"};
    struct Case {
        std::string_view vector;
        std::string_view by_another;  // when only another page may hold the frame
    };
    const Case cases[] = {
        {"none-es256-crossOrigin", "accepted"},  // its client does not say which page
        {"none-es256-topOrigin", "cross_origin_refused"},
    };
    for (const Case& each : cases) {
        SCOPED_TRACE(each.vector);
        const Vector& vector = vector_of(each.vector);
        const auto made = [&](const RelyingParty& party) {
            return reason(
                verify_registration(party, {}, expected_registration(vector), vector.registration));
        };
        const auto used = [&](const RelyingParty& party) {
            return reason(verify_assertion(party, expected_assertion(vector), stored(vector),
                                           vector.assertion));
        };
        EXPECT_EQ(made(vector_party()), "accepted");
        EXPECT_EQ(used(vector_party()), "accepted");
        EXPECT_EQ(made(framed_by_nobody), "cross_origin_refused");
        EXPECT_EQ(used(framed_by_nobody), "cross_origin_refused");
        EXPECT_EQ(made(framed_by_another), each.by_another);
        EXPECT_EQ(used(framed_by_another), each.by_another);
    }
}

TEST(WebAuthnVectors, AChainIsTrustedOnlyByItsRootAndWhileItIsValid) {
    for (const Vector& vector : vectors()) {
        if (!vector.is_attested()) {
            continue;
        }
        SCOPED_TRACE(vector.name);
        const auto made = [&](const AttestationRules& rules, Timestamp now) {
            ExpectedRegistration expected = expected_registration(vector);
            expected.now = now;
            return verify_registration(vector_party(), rules, expected, vector.registration);
        };
        using namespace std::chrono_literals;
        const Timestamp valid = expected_registration(vector).now;
        const Timestamp before = std::chrono::sys_days(2023y / 12 / 31);
        EXPECT_EQ(reason(made(vector_rules(), before)), "attestation_untrusted");
        EXPECT_EQ(reason(made({.trusted_only = true}, valid)), "attestation_untrusted");
        EXPECT_EQ(reason(made({.trust_roots = {"not a certificate"}, .trusted_only = true}, valid)),
                  "attestation_untrusted");
        const auto untrusted = made({}, valid);
        ASSERT_TRUE(untrusted);
        EXPECT_EQ(untrusted->attestation, AttestationType::untrusted);
        AttestationRules other_model = vector_rules();
        other_model.aaguids = {Aaguid{std::byte{1}}};
        if (vector.name == "fido-u2f-es256") {
            other_model.aaguids.push_back(vector.aaguid);
        }
        EXPECT_EQ(reason(made(other_model, valid)), "aaguid_refused");
    }
}

}  // namespace
}  // namespace rgw::mfa::test
