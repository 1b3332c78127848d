#include <gtest/gtest.h>

#include "ceremony.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/mfa_testing/attestation_maker.hpp"

namespace rgw::mfa::test {
namespace {

using namespace std::string_literals;
using crypto::testing::CertificateDraft;
using crypto::testing::SigningKey;
using testing::AttestationMaker;
using testing::cbor_bytes;
using testing::cbor_integer;
using testing::cbor_map;
using testing::Members;
using testing::SoftAuthenticator;
using testing::Subject;

const Aaguid model = {std::byte{0xAA}, std::byte{0xBB}};

Subject subject_of(const SoftAuthenticator& authenticator) {
    return {.authenticator = authenticator,
            .authenticator_data =
                testing::authenticator_data(page, {}, 0, authenticator.attested_credential(model)),
            .client_data = client_data("webauthn.create", challenge, page)};
}

WebAuthnResult<NewCredential> verify(const Subject& subject, std::string_view format,
                                     const Members& statement, const AttestationRules& rules) {
    return verify_registration(party, rules, expected_new,
                               {.credential_id = subject.authenticator.credential_id(),
                                .client_data_json = subject.client_data,
                                .attestation_object = testing::attestation_object(
                                    format, cbor_map(statement), subject.authenticator_data),
                                .transports = {}});
}

std::string_view made(const Subject& subject, std::string_view format, const Members& statement,
                      const AttestationRules& rules = {}) {
    return reason(verify(subject, format, statement, rules));
}

AttestationRules trusting(const AttestationMaker& maker) {
    return {.trust_roots = {maker.root()}, .trusted_only = true, .aaguids = {}};
}

Members with(Members statement, const std::string& name, const std::string& value) {
    statement[name] = value;
    return statement;
}

Members without(Members statement, const std::string& name) {
    statement.erase(name);
    return statement;
}

// Every format: what is not in its statement, of another kind, or too much.
void expect_members_matter(const Subject& subject, std::string_view format,
                           const Members& statement) {
    for (const auto& [name, value] : statement) {
        const bool is_chain_of_packed = format == "packed" && name == "x5c";
        EXPECT_EQ(made(subject, format, without(statement, name)),
                  is_chain_of_packed ? "attestation_signature_wrong" : "attestation_malformed")
            << format << ' ' << name;
        EXPECT_EQ(made(subject, format, with(statement, name, "\xF5")), "attestation_malformed")
            << format << ' ' << name;
    }
    EXPECT_EQ(made(subject, format, with(statement, "more", cbor_integer(1))),
              "attestation_malformed");
    const auto chain_of = [&](const std::vector<std::string>& chain) {
        return made(subject, format, with(statement, "x5c", testing::x5c(chain)));
    };
    EXPECT_EQ(chain_of({}), "attestation_malformed");
    EXPECT_EQ(chain_of({""}), "attestation_certificate_refused");
    EXPECT_EQ(chain_of({"\x30\x00"s}), "attestation_certificate_refused");
    EXPECT_EQ(chain_of(std::vector<std::string>(9, "x")), "attestation_malformed");
    EXPECT_EQ(made(subject, format,
                   with(statement, "x5c", testing::cbor_array({testing::cbor_text("x")}))),
              "attestation_malformed");
}

TEST(Attestation, PackedIsTrustedByItsRoot) {
    const SoftAuthenticator authenticator;
    const AttestationMaker maker;
    const Subject subject = subject_of(authenticator);
    const Members statement = maker.packed(subject, testing::packed_certificate(model));
    const auto trusted = verify(subject, "packed", statement, trusting(maker));
    ASSERT_TRUE(trusted) << id(trusted.error());
    EXPECT_EQ(trusted->attestation, AttestationType::trusted);
    EXPECT_EQ(trusted->aaguid, model);
    EXPECT_EQ(verify(subject, "packed", statement, {})->attestation, AttestationType::untrusted);
    const AttestationMaker somebody_else;
    EXPECT_EQ(made(subject, "packed", statement, trusting(somebody_else)), "attestation_untrusted");
    expect_members_matter(subject, "packed", statement);
    EXPECT_EQ(made(subject, "packed", with(statement, "alg", cbor_integer(-35))),
              "attestation_signature_wrong");
    EXPECT_EQ(made(subject, "packed", with(statement, "alg", cbor_integer(-65535))),
              "algorithm_refused");
    EXPECT_EQ(made(subject, "packed", with(statement, "sig", cbor_bytes(maker.sign("other")))),
              "attestation_signature_wrong");
    EXPECT_EQ(made(subject, "packed", with(statement, "sig", cbor_bytes(""))),
              "attestation_malformed");
    EXPECT_EQ(made(subject, "packed", with(statement, "ecdaaKeyId", cbor_bytes("x"))),
              "attestation_malformed");
}

// §8.2.1
TEST(Attestation, APackedCertificateSaysWhatItIs) {
    const SoftAuthenticator authenticator;
    const AttestationMaker maker;
    const Subject subject = subject_of(authenticator);
    const auto subject_without = [](std::size_t at) {
        CertificateDraft draft = testing::packed_certificate();
        draft.subject.erase(draft.subject.begin() + static_cast<std::ptrdiff_t>(at));
        return draft;
    };
    const auto subject_with = [](std::size_t at, const std::string& value) {
        CertificateDraft draft = testing::packed_certificate();
        draft.subject[at].value = value;
        return draft;
    };
    const auto twice = [](std::size_t at) {
        CertificateDraft draft = testing::packed_certificate();
        draft.subject.push_back(draft.subject[at]);
        return draft;
    };
    const auto changed = [](auto change) {
        CertificateDraft draft = testing::packed_certificate(model);
        change(draft);
        return draft;
    };
    const auto aaguid = [](std::string_view value) {
        CertificateDraft draft = testing::packed_certificate();
        draft.extensions.push_back(testing::aaguid_extension(value));
        return draft;
    };
    const std::string model_bytes(crypto::text_of(model));
    const std::pair<CertificateDraft, std::string_view> cases[] = {
        {testing::packed_certificate(), "accepted"},
        {testing::packed_certificate(model), "accepted"},
        {subject_without(0), "attestation_certificate_refused"},
        {subject_without(1), "attestation_certificate_refused"},
        {subject_without(2), "attestation_certificate_refused"},
        {subject_without(3), "attestation_certificate_refused"},
        {subject_with(0, "se"), "attestation_certificate_refused"},
        {subject_with(2, "authenticator attestation"), "attestation_certificate_refused"},
        {subject_with(2, "Authenticator Attestation CA"), "attestation_certificate_refused"},
        {twice(0), "attestation_certificate_refused"},
        {twice(2), "attestation_certificate_refused"},
        {changed([](CertificateDraft& draft) { draft.authority = true; }),
         "attestation_certificate_refused"},
        {changed([](CertificateDraft& draft) { draft.authority = std::nullopt; }),
         "attestation_certificate_refused"},
        {changed([](CertificateDraft& draft) {
             draft.version = 1;
             draft.authority = std::nullopt;
             draft.extensions.clear();
         }),
         "attestation_certificate_refused"},
        {aaguid(model_bytes), "accepted"},
        {aaguid(std::string(16, '\0')), "attestation_certificate_refused"},
        {aaguid(model_bytes.substr(1)), "attestation_certificate_refused"},
        {aaguid(model_bytes + "x"), "attestation_certificate_refused"},
        {changed([](CertificateDraft& draft) { draft.extensions[0].critical = true; }),
         "attestation_certificate_refused"},
        {changed([&](CertificateDraft& draft) { draft.extensions[0].value = model_bytes; }),
         "attestation_certificate_refused"},  // not in an OCTET STRING of its own
        {changed([](CertificateDraft& draft) { draft.extensions.push_back(draft.extensions[0]); }),
         "attestation_certificate_refused"},
    };
    int row = 0;
    for (const auto& [draft, expected] : cases) {
        EXPECT_EQ(made(subject, "packed", maker.packed(subject, draft), trusting(maker)), expected)
            << row++;
        // Sound it must be, trusted or not.
        EXPECT_EQ(made(subject, "packed", maker.packed(subject, draft)), expected);
    }
}

TEST(Attestation, AChainMayHaveIntermediates) {
    const SoftAuthenticator authenticator;
    const AttestationMaker maker;
    const Subject subject = subject_of(authenticator);
    const SigningKey intermediate_key(crypto::testing::KeyKind::p384);
    CertificateDraft intermediate = crypto::testing::authority_draft("Soft Keys Batches");
    const CertificateDraft draft = testing::packed_certificate(model);
    const std::string leaf =
        issue_certificate(draft, maker.batch_key(), intermediate, intermediate_key);
    const auto through = [&](const CertificateDraft& between, const std::string& end) {
        const std::string certificate = maker.issue(between, intermediate_key);
        return made(subject, "packed",
                    with(maker.packed(subject, draft), "x5c", testing::x5c({end, certificate})),
                    trusting(maker));
    };
    EXPECT_EQ(through(intermediate, leaf), "accepted");
    EXPECT_EQ(
        made(subject, "packed", with(maker.packed(subject, draft), "x5c", testing::x5c({leaf})),
             trusting(maker)),
        "attestation_untrusted");
    // One that may not issue; one that is over; one whose signature is too weak.
    CertificateDraft no_authority = intermediate;
    no_authority.authority = false;
    EXPECT_EQ(through(no_authority, leaf), "attestation_untrusted");
    CertificateDraft over = intermediate;
    over.not_after = std::chrono::sys_days(std::chrono::year(2025) / 1 / 1);
    EXPECT_EQ(through(over, leaf), "attestation_untrusted");
    CertificateDraft weak = intermediate;
    weak.signed_with_sha1 = true;
    EXPECT_EQ(through(weak, leaf), "attestation_untrusted");
    // An operator may as well trust the intermediate itself.
    AttestationRules rules = trusting(maker);
    rules.trust_roots = {maker.issue(intermediate, intermediate_key)};
    EXPECT_EQ(made(subject, "packed",
                   with(maker.packed(subject, draft), "x5c", testing::x5c({leaf})), rules),
              "accepted");
}

TEST(Attestation, SelfAttestationIsByTheCredential) {
    const SoftAuthenticator authenticator(CoseAlgorithm::eddsa);
    const Subject subject = subject_of(authenticator);
    const Members statement = {{"alg", cbor_integer(-8)},
                               {"sig", cbor_bytes(authenticator.sign(subject.signed_bytes()))}};
    const auto self = verify(subject, "packed", statement, {});
    ASSERT_TRUE(self) << id(self.error());
    EXPECT_EQ(self->attestation, AttestationType::self);
    EXPECT_EQ(made(subject, "packed", statement, {.trusted_only = true}), "attestation_untrusted");
    EXPECT_EQ(made(subject, "packed", with(statement, "alg", cbor_integer(-7))),
              "attestation_malformed");
    EXPECT_EQ(made(subject, "packed", with(statement, "alg", cbor_integer(-9))),
              "algorithm_refused");
    EXPECT_EQ(
        made(subject, "packed", with(statement, "sig", cbor_bytes(authenticator.sign("other")))),
        "attestation_signature_wrong");
    EXPECT_EQ(made(subject, "packed", without(statement, "sig")), "attestation_malformed");
    EXPECT_EQ(made(subject, "packed", without(statement, "alg")), "attestation_malformed");
}

TEST(Attestation, FidoU2f) {
    const SoftAuthenticator authenticator;
    const AttestationMaker maker;
    const Subject subject = subject_of(authenticator);
    const CertificateDraft draft = testing::packed_certificate();
    const Members statement = maker.fido_u2f(subject, draft);
    EXPECT_EQ(made(subject, "fido-u2f", statement, trusting(maker)), "accepted");
    expect_members_matter(subject, "fido-u2f", statement);
    EXPECT_EQ(made(subject, "fido-u2f", with(statement, "sig", cbor_bytes(maker.sign("other")))),
              "attestation_signature_wrong");
    const std::string certificate = maker.issue(draft, maker.batch_key());
    EXPECT_EQ(
        made(subject, "fido-u2f", with(statement, "x5c", testing::x5c({certificate, certificate}))),
        "attestation_malformed");
    const SigningKey larger(crypto::testing::KeyKind::p384);
    EXPECT_EQ(made(subject, "fido-u2f",
                   with(statement, "x5c", testing::x5c({maker.issue(draft, larger)}))),
              "attestation_certificate_refused");
    const SoftAuthenticator other(CoseAlgorithm::es384);
    EXPECT_EQ(made(subject_of(other), "fido-u2f", maker.fido_u2f(subject_of(other), draft)),
              "attestation_malformed");
    // Which model it is, nobody has signed.
    AttestationRules rules = trusting(maker);
    rules.aaguids = {model};
    EXPECT_EQ(made(subject, "fido-u2f", statement, rules), "aaguid_refused");
    rules.aaguids = {model, Aaguid{}};
    EXPECT_EQ(made(subject, "fido-u2f", statement, rules), "accepted");
}

TEST(Attestation, Apple) {
    const SoftAuthenticator authenticator;
    const AttestationMaker maker;
    const Subject subject = subject_of(authenticator);
    const CertificateDraft draft = testing::apple_certificate(subject);
    const Members statement = maker.apple(subject, draft);
    EXPECT_EQ(made(subject, "apple", statement, trusting(maker)), "accepted");
    EXPECT_EQ(made(subject, "apple", with(statement, "alg", cbor_integer(-7))),
              "attestation_malformed");
    const auto with_extension = [&](const std::string& value) {
        CertificateDraft other = draft;
        other.extensions[0].value = value;
        return made(subject, "apple", maker.apple(subject, other));
    };
    const std::string nonce = testing::der("\x04", std::string(32, 'n'));
    const std::string tagged = testing::der("\xA1", nonce);
    EXPECT_EQ(with_extension(testing::der("\x30", tagged)), "attestation_signature_wrong");
    EXPECT_EQ(with_extension(testing::der("\x30", tagged + tagged)),
              "attestation_certificate_refused");
    EXPECT_EQ(with_extension(testing::der("\x30", nonce)), "attestation_certificate_refused");
    EXPECT_EQ(with_extension(""), "attestation_certificate_refused");
    EXPECT_EQ(made(subject, "apple", maker.apple(subject, testing::packed_certificate())),
              "attestation_certificate_refused");
    // A good nonce over another key.
    EXPECT_EQ(
        made(subject, "apple", {{"x5c", testing::x5c({maker.issue(draft, maker.batch_key())})}}),
        "attestation_certificate_refused");
}

// §8.4
TEST(Attestation, AnAndroidKeyIsMadeThereForSigningAndForUs) {
    const SoftAuthenticator authenticator;
    const AttestationMaker maker;
    const Subject subject = subject_of(authenticator);
    const std::string good = testing::android_authorizations();
    const std::string sign = testing::der("\xA1", testing::der("\x31", "\x02\x01\x02"));
    const std::string encrypt_too =
        testing::der("\xA1", testing::der("\x31", "\x02\x01\x00\x02\x01\x02"s));
    const std::string generated = testing::der("\xBF\x85\x3E", "\x02\x01\x00"s);
    const std::string imported = testing::der("\xBF\x85\x3E", "\x02\x01\x02");
    const std::string all_applications = testing::der("\xBF\x84\x58", "\x05\x00"s);
    const std::string algorithm = testing::der("\xA2", "\x02\x01\x03");
    struct Case {
        std::string software_enforced;
        std::string tee_enforced;
        std::string_view reason;
        std::string_view where_trust_is_asked_for;
    };
    constexpr std::string_view accepted = "accepted";
    constexpr std::string_view refused = "attestation_certificate_refused";
    constexpr std::string_view untrusted = "attestation_untrusted";
    const std::string no_purposes = testing::der("\xA1", "\x31\x00"s);
    const Case cases[] = {
        {"", good, accepted, accepted},
        {good, "", accepted, accepted},
        {good, good, accepted, accepted},
        {sign, generated, accepted, accepted},
        {algorithm, algorithm + good, accepted, accepted},
        {"", "", accepted, untrusted},
        {"", sign, accepted, untrusted},
        {"", generated, accepted, untrusted},
        {"", no_purposes + generated, accepted, untrusted},
        {"", sign + imported, refused, refused},
        {"", imported, refused, refused},
        {imported, good, refused, refused},
        {"", encrypt_too + generated, refused, refused},
        {"", testing::der("\xA1", "\x02\x01\x02") + generated, refused, refused},
        {"", good + all_applications, refused, refused},
        {all_applications, good, refused, refused},
        {"x", good, refused, refused},
        {"", sign + testing::der("\xBF\x85\x3E", ""), refused, refused},
    };
    int row = 0;
    for (const Case& each : cases) {
        const CertificateDraft draft =
            testing::android_certificate(subject, each.software_enforced, each.tee_enforced);
        const Members statement = maker.android_key(subject, draft);
        EXPECT_EQ(made(subject, "android-key", statement), each.reason) << row;
        EXPECT_EQ(made(subject, "android-key", statement, trusting(maker)),
                  each.where_trust_is_asked_for)
            << row;
        ++row;
    }
}

TEST(Attestation, AnAndroidKeyIsTheCredential) {
    const SoftAuthenticator authenticator;
    const AttestationMaker maker;
    const Subject subject = subject_of(authenticator);
    const CertificateDraft draft =
        testing::android_certificate(subject, "", testing::android_authorizations());
    const Members statement = maker.android_key(subject, draft);
    EXPECT_EQ(made(subject, "android-key", statement, trusting(maker)), "accepted");
    expect_members_matter(subject, "android-key", statement);
    EXPECT_EQ(made(subject, "android-key",
                   with(statement, "sig", cbor_bytes(authenticator.sign("other")))),
              "attestation_signature_wrong");
    // Signed by another key, with the certificate of that one.
    Members other = with(statement, "x5c", testing::x5c({maker.issue(draft, maker.batch_key())}));
    other["sig"] = cbor_bytes(maker.sign(subject.signed_bytes()));
    EXPECT_EQ(made(subject, "android-key", other), "attestation_certificate_refused");
    // A certificate of an earlier challenge.
    Subject earlier = subject;
    earlier.client_data = client_data("webauthn.create", "an earlier challenge", page);
    EXPECT_EQ(made(subject, "android-key",
                   maker.android_key(subject, testing::android_certificate(
                                                  earlier, "", testing::android_authorizations()))),
              "attestation_signature_wrong");
    // None with a description at all.
    EXPECT_EQ(
        made(subject, "android-key", maker.android_key(subject, testing::packed_certificate())),
        "attestation_certificate_refused");
}

}  // namespace
}  // namespace rgw::mfa::test
