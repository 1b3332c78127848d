#include "rgw/crypto/certificate.hpp"

#include <gtest/gtest.h>

#include "rgw/crypto_testing/certificate_maker.hpp"

namespace rgw::crypto {
namespace {

using namespace std::string_literals;
using testing::authority_draft;
using testing::CertificateDraft;
using testing::issue_certificate;
using testing::KeyKind;
using testing::SigningKey;

const Timestamp now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

// A root and who it issues to.
struct Authority {
    CertificateDraft draft = authority_draft("Root");
    SigningKey key{KeyKind::p256};
    Certificate root = Certificate::parse(issue_certificate(draft, key, draft, key)).value();

    [[nodiscard]] std::string issue(const CertificateDraft& to, const SigningKey& subject) const {
        return issue_certificate(to, subject, draft, key);
    }
};

CertificateDraft leaf_draft() {
    return {
        .subject = {{.type = "2.5.4.6", .value = "SE"}, {.type = "2.5.4.3", .value = "Ä leaf"}}};
}

Certificate parsed(const std::string& der) {
    return Certificate::parse(der).value();
}

TEST(Certificate, SaysWhatIsInIt) {
    const Authority authority;
    const SigningKey key(KeyKind::ed25519);
    CertificateDraft draft = leaf_draft();
    draft.extensions = {
        {.oid = "1.2.3.4", .value = "\x05\x00"s, .critical = true},
        {.oid = "2.5.29.37", .value = "\x30\x05\x06\x03\x2A\x03\x05"},  // 1.2.3.5
        // one directory name: 1.2.3.6 = "x"
        {.oid = "2.5.29.17",
         .value = "\x30\x10\xA4\x0E\x30\x0C\x31\x0A\x30\x08\x06\x03\x2A\x03\x06\x0C\x01x"},
    };
    const Certificate certificate = parsed(authority.issue(draft, key));
    EXPECT_EQ(certificate.version(), 3);
    EXPECT_EQ(certificate.public_key().type(), KeyType::ed25519);
    EXPECT_TRUE(certificate.public_key().verifies(SignatureAlgorithm::ed25519, "m",
                                                  key.sign_der(SignatureAlgorithm::ed25519, "m")));
    const auto subject = certificate.subject();
    ASSERT_EQ(subject.size(), 2U);
    EXPECT_EQ(subject[0].type, "2.5.4.6");
    EXPECT_EQ(subject[0].value, "SE");
    EXPECT_EQ(subject[1].value, "Ä leaf");
    const auto names = certificate.alternative_directory_names();
    ASSERT_EQ(names.size(), 1U);
    EXPECT_EQ(names[0].type, "1.2.3.6");
    EXPECT_EQ(names[0].value, "x");
    EXPECT_EQ(certificate.is_authority(), false);
    EXPECT_EQ(authority.root.is_authority(), true);
    EXPECT_TRUE(certificate.has_purpose("1.2.3.5"));
    EXPECT_FALSE(certificate.has_purpose("1.2.3"));
    EXPECT_FALSE(authority.root.has_purpose("1.2.3.5"));
    const auto extension = certificate.extension("1.2.3.4");
    ASSERT_TRUE(extension);
    EXPECT_EQ(extension->value, "\x05\x00"s);
    EXPECT_TRUE(extension->critical);
    EXPECT_FALSE(certificate.extension("1.2.3.5"));
}

TEST(Certificate, WithoutBasicConstraintsSaysNothingOfAuthority) {
    const Authority authority;
    CertificateDraft draft = leaf_draft();
    draft.authority = std::nullopt;
    EXPECT_EQ(parsed(authority.issue(draft, SigningKey(KeyKind::p384))).is_authority(),
              std::nullopt);
}

TEST(Certificate, IsStrictDerAndNothingElse) {
    const Authority authority;
    const SigningKey key(KeyKind::p256);
    const std::string der = authority.issue(leaf_draft(), key);
    ASSERT_TRUE(Certificate::parse(der));
    EXPECT_FALSE(Certificate::parse(""));
    EXPECT_FALSE(Certificate::parse(der + "\0"s));
    EXPECT_FALSE(Certificate::parse(der + der));
    for (std::size_t size = 0; size < der.size(); ++size) {
        EXPECT_FALSE(Certificate::parse(der.substr(0, size))) << size;
    }
    // Of indefinite length: BER, and no DER.
    EXPECT_FALSE(Certificate::parse("\x30\x80"s + der.substr(4) + "\0\0"s));
    for (const int version : {0, 4, 87}) {
        CertificateDraft draft = leaf_draft();
        draft.version = version;
        EXPECT_FALSE(Certificate::parse(authority.issue(draft, key))) << version;
    }
    CertificateDraft large = leaf_draft();
    large.extensions = {{.oid = "1.2.3.4", .value = std::string(9000, 'x')}};
    EXPECT_FALSE(Certificate::parse(authority.issue(large, key)));
    CertificateDraft twice = leaf_draft();
    twice.extensions = {{.oid = "1.2.3.4", .value = "a"}, {.oid = "1.2.3.4", .value = "b"}};
    EXPECT_FALSE(Certificate::parse(authority.issue(twice, key)));
    CertificateDraft unreadable = leaf_draft();
    unreadable.extensions = {{.oid = "2.5.29.15", .value = "not a BIT STRING"}};
    EXPECT_FALSE(Certificate::parse(authority.issue(unreadable, key)));
}

TEST(Certificate, KeysThatWeDoNotTakeAreRefused) {
    const Authority authority;
    EXPECT_FALSE(Certificate::parse(authority.issue(leaf_draft(), SigningKey(KeyKind::short_rsa))));
    for (const KeyKind kind : {KeyKind::rsa, KeyKind::p256, KeyKind::p384, KeyKind::p521,
                               KeyKind::ed25519, KeyKind::ed448}) {
        EXPECT_TRUE(Certificate::parse(authority.issue(leaf_draft(), SigningKey(kind))));
    }
}

TEST(Certificate, LeadsToItsRootOnly) {
    const Authority authority;
    const Authority namesake;
    const SigningKey key(KeyKind::p256);
    const Certificate leaf = parsed(authority.issue(leaf_draft(), key));
    const std::vector<Certificate> both = {namesake.root, authority.root};
    EXPECT_TRUE(leaf.leads_to({&authority.root, 1}, {}, now));
    EXPECT_TRUE(leaf.leads_to(both, {}, now));
    EXPECT_FALSE(leaf.leads_to({}, {}, now));
    EXPECT_FALSE(leaf.leads_to({&namesake.root, 1}, {}, now));
    // What the caller brings along is no root.
    EXPECT_FALSE(leaf.leads_to({}, {&authority.root, 1}, now));
    EXPECT_FALSE(leaf.leads_to({&namesake.root, 1}, {&authority.root, 1}, now));
    EXPECT_TRUE(leaf.leads_to({&leaf, 1}, {}, now));  // a root may be the certificate itself
}

TEST(Certificate, LeadsToItsRootWhileItIsValid) {
    const Authority authority;
    const CertificateDraft draft = leaf_draft();
    const Certificate leaf = parsed(authority.issue(draft, SigningKey(KeyKind::p256)));
    using namespace std::chrono_literals;
    const auto leads_at = [&](Timestamp at) { return leaf.leads_to({&authority.root, 1}, {}, at); };
    EXPECT_FALSE(leads_at(draft.not_before - 1s));
    EXPECT_TRUE(leads_at(draft.not_before));
    EXPECT_TRUE(leads_at(draft.not_after - 1s));
    EXPECT_FALSE(leads_at(draft.not_after + 1s));
}

TEST(Certificate, APathIsThroughAuthorities) {
    const Authority authority;
    const SigningKey middle_key(KeyKind::rsa);
    const SigningKey key(KeyKind::p256);
    const CertificateDraft middle = authority_draft("Middle");
    const Certificate leaf = parsed(issue_certificate(leaf_draft(), key, middle, middle_key));
    const auto leads_through = [&](const CertificateDraft& draft) {
        const Certificate between = parsed(authority.issue(draft, middle_key));
        return leaf.leads_to({&authority.root, 1}, {&between, 1}, now);
    };
    EXPECT_TRUE(leads_through(middle));
    EXPECT_FALSE(leaf.leads_to({&authority.root, 1}, {}, now));
    CertificateDraft no_authority = middle;
    no_authority.authority = false;
    EXPECT_FALSE(leads_through(no_authority));
    CertificateDraft weak = middle;
    weak.signed_with_sha1 = true;
    EXPECT_FALSE(leads_through(weak));
    CertificateDraft critical = middle;
    critical.extensions = {{.oid = "1.2.3.4", .value = "\x05\x00"s, .critical = true}};
    EXPECT_FALSE(leads_through(critical));  // nobody has looked at it
}

}  // namespace
}  // namespace rgw::crypto
