#include <gtest/gtest.h>

#include "ceremony.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/mfa_testing/attestation_maker.hpp"
#include "tpm_structures.hpp"

namespace rgw::mfa::test {
namespace {

using namespace std::string_literals;
using crypto::testing::CertificateDraft;
using testing::AttestationMaker;
using testing::cbor_bytes;
using testing::cbor_integer;
using testing::Members;
using testing::SoftAuthenticator;
using testing::Subject;

Subject subject_of(const SoftAuthenticator& authenticator) {
    return {.authenticator = authenticator,
            .authenticator_data =
                testing::authenticator_data(page, {}, 0, authenticator.attested_credential()),
            .client_data = client_data("webauthn.create", challenge, page)};
}

std::string_view made(const Subject& subject, const Members& statement,
                      const AttestationRules& rules = {}) {
    return reason(
        verify_registration(party, rules, expected_new,
                            {.credential_id = subject.authenticator.credential_id(),
                             .client_data_json = subject.client_data,
                             .attestation_object = testing::attestation_object(
                                 "tpm", testing::cbor_map(statement), subject.authenticator_data),
                             .transports = {}}));
}

Members with(Members statement, const std::string& name, const std::string& value) {
    statement[name] = value;
    return statement;
}

std::string hash_of(const Subject& subject) {
    return crypto::hash(crypto::HashAlgorithm::sha256, subject.signed_bytes());
}

Members good_statement(const AttestationMaker& maker, const Subject& subject,
                       const CertificateDraft& draft = testing::aik_certificate()) {
    const std::string area = testing::tpm_public_area(subject.authenticator);
    return maker.tpm(area, testing::tpm_certify_info(hash_of(subject), testing::tpm_name(area)),
                     draft);
}

TEST(TpmAttestation, IsTrustedByItsRoot) {
    const AttestationMaker maker;
    const AttestationRules rules{.trust_roots = {maker.root()}, .trusted_only = true};
    for (const CoseAlgorithm algorithm : {CoseAlgorithm::es256, CoseAlgorithm::rs256}) {
        const SoftAuthenticator authenticator(algorithm);
        const Subject subject = subject_of(authenticator);
        EXPECT_EQ(made(subject, good_statement(maker, subject), rules), "accepted")
            << static_cast<int>(algorithm);
    }
}

TEST(TpmAttestation, HasItsMembers) {
    const SoftAuthenticator authenticator;
    const AttestationMaker maker;
    const Subject subject = subject_of(authenticator);
    const Members statement = good_statement(maker, subject);
    for (const auto& [name, value] : statement) {
        Members without = statement;
        without.erase(name);
        EXPECT_EQ(made(subject, without), "attestation_malformed") << name;
        EXPECT_EQ(made(subject, with(statement, name, "\xF5")), "attestation_malformed") << name;
    }
    EXPECT_EQ(made(subject, with(statement, "more", "\xF5")), "attestation_malformed");
    EXPECT_EQ(made(subject, with(statement, "ver", testing::cbor_text("1.2"))),
              "attestation_malformed");
    EXPECT_EQ(made(subject, with(statement, "alg", cbor_integer(-65535))), "algorithm_refused");
    EXPECT_EQ(made(subject, with(statement, "alg", cbor_integer(-8))), "attestation_malformed");
    EXPECT_EQ(made(subject, with(statement, "alg", cbor_integer(-257))),
              "attestation_signature_wrong");
    EXPECT_EQ(made(subject, with(statement, "sig", cbor_bytes(maker.sign("other")))),
              "attestation_signature_wrong");
}

TEST(TpmAttestation, CertifiesThisKeyInThisCeremony) {
    const SoftAuthenticator authenticator;
    const SoftAuthenticator other;
    const AttestationMaker maker;
    const Subject subject = subject_of(authenticator);
    const std::string area = testing::tpm_public_area(authenticator);
    const std::string other_area = testing::tpm_public_area(other);
    const std::string hash = hash_of(subject);
    const std::string good = testing::tpm_certify_info(hash, testing::tpm_name(area));
    const auto changed = [&good](std::size_t at) {
        std::string info = good;
        info[at] = static_cast<char>(info[at] ^ 1);
        return info;
    };
    struct Case {
        std::string_view what;
        std::string area;
        std::string info;
        std::string_view reason;
    };
    const Case cases[] = {
        {"well", area, good, "accepted"},
        {"another key", other_area, testing::tpm_certify_info(hash, testing::tpm_name(other_area)),
         "attestation_malformed"},
        {"another key certified", area,
         testing::tpm_certify_info(hash, testing::tpm_name(other_area)),
         "attestation_signature_wrong"},
        {"another ceremony", area,
         testing::tpm_certify_info(std::string(32, 'x'), testing::tpm_name(area)),
         "attestation_signature_wrong"},
        {"no ceremony", area, testing::tpm_certify_info("", testing::tpm_name(area)),
         "attestation_signature_wrong"},
        {"no name", area, testing::tpm_certify_info(hash, ""), "attestation_signature_wrong"},
        {"not of a TPM", area, changed(0), "attestation_malformed"},
        {"a quote", area, changed(5), "attestation_malformed"},
        {"cut", area, good.substr(0, good.size() - 1), "attestation_malformed"},
        {"more behind", area, good + "x", "attestation_malformed"},
        {"nothing", area, "", "attestation_malformed"},
        {"no key", "", good, "attestation_malformed"},
    };
    for (const Case& each : cases) {
        EXPECT_EQ(made(subject, maker.tpm(each.area, each.info, testing::aik_certificate())),
                  each.reason)
            << each.what;
    }
}

// §8.3.1
TEST(TpmAttestation, AnAikCertificateSaysWhatItIs) {
    const SoftAuthenticator authenticator;
    const AttestationMaker maker;
    const Subject subject = subject_of(authenticator);
    const auto changed = [](auto change) {
        CertificateDraft draft = testing::aik_certificate();
        change(draft);
        return draft;
    };
    const auto names_with = [](const std::string& from, const std::string& to) {
        CertificateDraft draft = testing::aik_certificate();
        std::string& names = draft.extensions[0].value;
        const std::size_t at = names.find(from);
        EXPECT_NE(at, std::string::npos);
        names.replace(at, from.size(), to);
        return draft;
    };
    const std::pair<CertificateDraft, std::string_view> cases[] = {
        {testing::aik_certificate(), "accepted"},
        {changed([](CertificateDraft& draft) { draft.subject = {{"2.5.4.3", "AIK"}}; }),
         "attestation_certificate_refused"},
        {changed([](CertificateDraft& draft) { draft.authority = true; }),
         "attestation_certificate_refused"},
        {changed([](CertificateDraft& draft) { draft.authority = std::nullopt; }),
         "attestation_certificate_refused"},
        {changed([](CertificateDraft& draft) { draft.extensions.erase(draft.extensions.begin()); }),
         "attestation_certificate_refused"},
        {changed([](CertificateDraft& draft) { draft.extensions.pop_back(); }),
         "attestation_certificate_refused"},
        {changed([](CertificateDraft& draft) {
             draft.extensions[1].value =
                 testing::der("\x30", testing::der("\x06", "\x67\x81\x05\x08\x01"));
         }),
         "attestation_certificate_refused"},
        {names_with("\x67\x81\x05\x02\x01", "\x67\x81\x05\x02\x04"),
         "attestation_certificate_refused"},
        {names_with("\x67\x81\x05\x02\x02", "\x67\x81\x05\x02\x04"),
         "attestation_certificate_refused"},
        {names_with("\x67\x81\x05\x02\x03", "\x67\x81\x05\x02\x04"),
         "attestation_certificate_refused"},
        {names_with("id:FFFFF1D0", "id:FFFFF1DX"), "attestation_certificate_refused"},
        {names_with("id:FFFFF1D0", "ID:FFFFF1D0"), "attestation_certificate_refused"},
        {changed([](CertificateDraft& draft) {
             draft.extensions.push_back(testing::aaguid_extension(std::string(16, '\0')));
         }),
         "accepted"},
        {changed([](CertificateDraft& draft) {
             draft.extensions.push_back(testing::aaguid_extension(std::string(16, '\1')));
         }),
         "attestation_certificate_refused"},
        {changed([](CertificateDraft& draft) { draft.extensions[0].value = "\x30"; }),
         "attestation_certificate_refused"},
    };
    int row = 0;
    for (const auto& [draft, expected] : cases) {
        EXPECT_EQ(made(subject, good_statement(maker, subject, draft)), expected) << row;
        ++row;
    }
}

// Every cut and every changed algorithm of the key's description.
TEST(TpmStructures, APublicAreaIsReadToItsEnd) {
    for (const CoseAlgorithm algorithm : {CoseAlgorithm::es256, CoseAlgorithm::rs256}) {
        const SoftAuthenticator authenticator(algorithm);
        const std::string area = testing::tpm_public_area(authenticator);
        const auto parsed = tpm::parse_public_area(area);
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->name, testing::tpm_name(area));
        EXPECT_FALSE(tpm::parse_public_area(area + "x"));
        for (std::size_t size = 0; size < area.size(); ++size) {
            EXPECT_FALSE(tpm::parse_public_area(area.substr(0, size))) << size;
        }
        // Where the type, the hash, the symmetric algorithm, the scheme and the curve or size are.
        constexpr std::size_t parameters = 2 + 2 + 4 + 2 + 6;
        const std::size_t last = parameters + (algorithm == CoseAlgorithm::es256 ? 5 : 7);
        for (const std::size_t at :
             {std::size_t{1}, std::size_t{3}, parameters + 1, parameters + 3, last}) {
            std::string other = area;
            other[at] = static_cast<char>(other[at] ^ 0x40);
            EXPECT_FALSE(tpm::parse_public_area(other)) << at;
        }
        std::string sha1 = area;
        sha1[3] = '\x04';
        EXPECT_FALSE(tpm::parse_public_area(sha1));
    }
}

TEST(TpmStructures, LeadingZerosOfACoordinateMayBeLeftAway) {
    // One in 256 keys has a zero in front.
    for (int i = 0; i < 5000; ++i) {
        const SoftAuthenticator authenticator;
        const auto numbers = authenticator.public_numbers();
        if (numbers.first.front() != '\0') {
            continue;
        }
        const std::string area = testing::tpm_public_area(authenticator);
        const std::size_t at = area.size() - 64 - 4;
        const std::string shorter =
            area.substr(0, at) + "\x00\x1F"s + numbers.first.substr(1) + area.substr(at + 34);
        const auto whole = tpm::parse_public_area(area);
        const auto cut = tpm::parse_public_area(shorter);
        ASSERT_TRUE(whole && cut);
        EXPECT_EQ(whole->key, cut->key);
        return;
    }
    FAIL() << "no such key among 5000";
}

}  // namespace
}  // namespace rgw::mfa::test
