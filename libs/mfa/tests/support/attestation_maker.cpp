#include "rgw/mfa_testing/attestation_maker.hpp"

#include "rgw/crypto/digest.hpp"

namespace rgw::mfa::testing {
namespace {

using namespace std::string_literals;
using crypto::testing::CertificateDraft;
using crypto::testing::DraftExtension;
using crypto::testing::SigningKey;

std::string sha256(std::string_view message) {
    const crypto::Digest digest = crypto::sha256(message);
    return std::string(crypto::text_of(digest));
}

std::string sized(std::string_view bytes) {
    return std::string{static_cast<char>(bytes.size() >> 8U), static_cast<char>(bytes.size())} +
           std::string(bytes);
}

// "id:" and a vendor, a model, a version: each a relative name of its own.
std::string tpm_names() {
    const auto name = [](std::string_view oid, std::string_view value) {
        return der("\x31", der("\x30", der("\x06", oid) + der("\x0C", value)));
    };
    return name("\x67\x81\x05\x02\x01", "id:FFFFF1D0") + name("\x67\x81\x05\x02\x02", "soft") +
           name("\x67\x81\x05\x02\x03", "id:13");
}

}  // namespace

std::string Subject::client_data_hash() const {
    return sha256(client_data);
}

std::string Subject::signed_bytes() const {
    return authenticator_data + client_data_hash();
}

DraftExtension aaguid_extension(std::string_view aaguid) {
    return {.oid = "1.3.6.1.4.1.45724.1.1.4", .value = der("\x04", aaguid)};
}

CertificateDraft packed_certificate(const std::optional<Aaguid>& aaguid) {
    CertificateDraft draft{.subject = {{.type = "2.5.4.6", .value = "SE"},
                                       {.type = "2.5.4.10", .value = "Soft Keys"},
                                       {.type = "2.5.4.11", .value = "Authenticator Attestation"},
                                       {.type = "2.5.4.3", .value = "Batch 1"}}};
    if (aaguid) {
        draft.extensions.push_back(aaguid_extension(crypto::text_of(*aaguid)));
    }
    return draft;
}

CertificateDraft aik_certificate() {
    const std::string names = der("\x30", der("\xA4", der("\x30", tpm_names())));
    const std::string usage = der("\x30", der("\x06", "\x67\x81\x05\x08\x03"));
    return {.extensions = {{.oid = "2.5.29.17", .value = names, .critical = true},
                           {.oid = "2.5.29.37", .value = usage}}};
}

CertificateDraft apple_certificate(const Subject& subject) {
    const std::string nonce = der("\x04", sha256(subject.signed_bytes()));
    CertificateDraft draft = packed_certificate();
    draft.extensions = {
        {.oid = "1.2.840.113635.100.8.2", .value = der("\x30", der("\xA1", nonce))}};
    return draft;
}

std::string android_authorizations() {
    const std::string purpose = der("\xA1", der("\x31", der("\x02", "\x02")));
    return purpose + der("\xBF\x85\x3E", der("\x02", "\0"s));
}

CertificateDraft android_certificate(const Subject& subject, std::string_view software_enforced,
                                     std::string_view tee_enforced) {
    const std::string version = der("\x02", "\x04") + der("\x0A", "\x01");
    const std::string description =
        der("\x30", version + version + der("\x04", subject.client_data_hash()) + der("\x04", "") +
                        der("\x30", software_enforced) + der("\x30", tee_enforced));
    return {.subject = {{.type = "2.5.4.3", .value = "Android Keystore Key"}},
            .authority = std::nullopt,
            .extensions = {{.oid = "1.3.6.1.4.1.11129.2.1.17", .value = description}}};
}

std::string tpm_public_area(const SoftAuthenticator& authenticator) {
    const auto numbers = authenticator.public_numbers();
    const bool is_rsa = authenticator.algorithm() == CoseAlgorithm::rs256;
    const std::string head = (is_rsa ? "\x00\x01"s : "\x00\x23"s) + "\x00\x0B"s +  // SHA-256
                             "\x00\x04\x00\x72"s + sized("policy");
    if (is_rsa) {
        return head + "\x00\x10\x00\x14\x00\x0B\x08\x00\x00\x00\x00\x00"s + sized(numbers.first);
    }
    return head + "\x00\x10\x00\x10\x00\x03\x00\x10"s + sized(numbers.first) +
           sized(numbers.second);
}

std::string tpm_name(std::string_view public_area) {
    return "\x00\x0B"s + sha256(public_area);
}

std::string tpm_certify_info(std::string_view extra_data, std::string_view name) {
    return "\xFF\x54\x43\x47\x80\x17"s + sized("signer") + sized(extra_data) +
           std::string(17 + 8, '\x01') + sized(name) + sized("qualified name");
}

std::string x5c(const std::vector<std::string>& chain) {
    std::vector<std::string> items;
    items.reserve(chain.size());
    for (const std::string& certificate : chain) {
        items.push_back(cbor_bytes(certificate));
    }
    return cbor_array(items);
}

AttestationMaker::AttestationMaker()
    : root_(crypto::testing::authority_draft("Soft Keys Root")),
      root_der_(issue_certificate(root_, root_key_, root_, root_key_)) {}

std::string AttestationMaker::issue(const CertificateDraft& draft, const SigningKey& key) const {
    return issue_certificate(draft, key, root_, root_key_);
}

std::string AttestationMaker::sign(std::string_view message) const {
    return batch_key_.sign_der(crypto::SignatureAlgorithm::es256, message);
}

Members AttestationMaker::packed(const Subject& subject, const CertificateDraft& draft) const {
    return {{"alg", cbor_integer(-7)},
            {"sig", cbor_bytes(sign(subject.signed_bytes()))},
            {"x5c", x5c({issue(draft, batch_key_)})}};
}

Members AttestationMaker::fido_u2f(const Subject& subject, const CertificateDraft& draft) const {
    const auto numbers = subject.authenticator.public_numbers();
    const std::string message = "\0"s + subject.authenticator_data.substr(0, 32) +
                                subject.client_data_hash() + subject.authenticator.credential_id() +
                                "\x04" + numbers.first + numbers.second;
    return {{"sig", cbor_bytes(sign(message))}, {"x5c", x5c({issue(draft, batch_key_)})}};
}

Members AttestationMaker::tpm(std::string_view public_area, std::string_view certify_info,
                              const CertificateDraft& draft) const {
    return {{"ver", cbor_text("2.0")},
            {"alg", cbor_integer(-7)},
            {"x5c", x5c({issue(draft, batch_key_)})},
            {"sig", cbor_bytes(sign(certify_info))},
            {"certInfo", cbor_bytes(certify_info)},
            {"pubArea", cbor_bytes(public_area)}};
}

Members AttestationMaker::android_key(const Subject& subject, const CertificateDraft& draft) const {
    const SoftAuthenticator& authenticator = subject.authenticator;
    return {{"alg", cbor_integer(static_cast<std::int64_t>(authenticator.algorithm()))},
            {"sig", cbor_bytes(authenticator.sign(subject.signed_bytes()))},
            {"x5c", x5c({issue(draft, authenticator.key())})}};
}

Members AttestationMaker::apple(const Subject& subject, const CertificateDraft& draft) const {
    return {{"x5c", x5c({issue(draft, subject.authenticator.key())})}};
}

}  // namespace rgw::mfa::testing
