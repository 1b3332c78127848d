#include <algorithm>
#include <utility>
#include <vector>

#include "attestation.hpp"
#include "der.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::mfa {
namespace {

constexpr std::string_view key_description_extension = "1.3.6.1.4.1.11129.2.1.17";

// Of AuthorizationList (Android, "Key and ID attestation").
constexpr std::uint32_t tag_purpose = 1;
constexpr std::uint32_t tag_all_applications = 600;
constexpr std::uint32_t tag_origin = 702;
constexpr std::int64_t purpose_sign = 2;      // KM_PURPOSE_SIGN
constexpr std::int64_t origin_generated = 0;  // KM_ORIGIN_GENERATED

// Of both lists, what the software and what the secure environment enforce, taken together.
struct Authorizations {
    std::vector<std::int64_t> purposes;
    std::vector<std::int64_t> origins;
    bool all_applications = false;
};

bool read_purposes(std::string_view content, Authorizations& into) {
    const auto set = der::only(content, der::set);
    der::Reader reader(set.value_or(""));
    while (!reader.at_end()) {
        const auto number = reader.take(der::integer);
        const auto purpose = number ? der::small_integer(*number) : std::nullopt;
        if (!purpose) {
            return false;
        }
        into.purposes.push_back(*purpose);
    }
    return set.has_value();
}

bool read_origin(std::string_view content, Authorizations& into) {
    const auto number = der::only(content, der::integer);
    const auto origin = number ? der::small_integer(*number) : std::nullopt;
    if (origin) {
        into.origins.push_back(*origin);
    }
    return origin.has_value();
}

bool read_list(std::string_view list, Authorizations& into) {
    der::Reader reader(list);
    while (!reader.at_end()) {
        const auto element = reader.next();
        if (!element) {
            return false;
        }
        if ((element->tag == der::context(tag_purpose) && !read_purposes(element->content, into)) ||
            (element->tag == der::context(tag_origin) && !read_origin(element->content, into))) {
            return false;
        }
        into.all_applications |= element->tag.number == tag_all_applications;
    }
    return true;
}

struct KeyDescription {
    std::string_view challenge;
    Authorizations authorizations;
};

std::optional<KeyDescription> read_key_description(std::string_view extension) {
    const auto sequence = der::only(extension, der::sequence);
    if (!sequence) {
        return std::nullopt;
    }
    der::Reader reader(*sequence);
    // The versions of the attestation and of the key store, and how secure each is.
    const bool versions = reader.take(der::integer) && reader.take(der::enumerated) &&
                          reader.take(der::integer) && reader.take(der::enumerated);
    const auto challenge = reader.take(der::octet_string);
    const auto unique_id = reader.take(der::octet_string);
    const auto software_enforced = reader.take(der::sequence);
    const auto tee_enforced = reader.take(der::sequence);
    KeyDescription description;
    if (!versions || !challenge || !unique_id || !software_enforced || !tee_enforced ||
        !reader.at_end() || !read_list(*software_enforced, description.authorizations) ||
        !read_list(*tee_enforced, description.authorizations)) {
        return std::nullopt;
    }
    description.challenge = *challenge;
    return description;
}

bool has_other(const std::vector<std::int64_t>& numbers, std::int64_t than) {
    return std::cmp_not_equal(std::ranges::count(numbers, than), numbers.size());
}

// A key that was not made in the device, or is not for signing, or is everybody's.
bool is_no_credential(const Authorizations& key) {
    return key.all_applications || has_other(key.origins, origin_generated) ||
           has_other(key.purposes, purpose_sign);
}

// Every key store of Android says where a key is from and what for. A statement that does not (the
// published test vector is one) proves no more than one of no attestation.
bool says_enough(const Authorizations& key) {
    return !key.origins.empty() && !key.purposes.empty();
}

// Whether the certificate vouches for the key.
WebAuthnResult<bool> check_certificate(const crypto::Certificate& certificate,
                                       const Attestation& attestation) {
    if (certificate.public_key() != attestation.key.key) {
        return WebAuthnFault::attestation_certificate_refused;
    }
    const auto extension = certificate.extension(key_description_extension);
    const auto description = extension ? read_key_description(extension->value) : std::nullopt;
    if (!description) {
        return WebAuthnFault::attestation_certificate_refused;
    }
    if (!crypto::constant_time_equal(description->challenge, attestation.client_data_hash)) {
        return WebAuthnFault::attestation_signature_wrong;
    }
    if (is_no_credential(description->authorizations)) {
        return WebAuthnFault::attestation_certificate_refused;
    }
    return says_enough(description->authorizations);
}

}  // namespace

// §8.4
WebAuthnResult<Attested> verify_android_key(const Attestation& attestation) {
    const std::string_view signature = bytes_member(attestation.statement, "sig");
    if (!has_exactly(attestation.statement, {"alg", "sig", "x5c"}) || signature.empty()) {
        return WebAuthnFault::attestation_malformed;
    }
    const auto algorithm = read_algorithm(attestation.statement);
    if (!algorithm) {
        return algorithm.error();
    }
    auto chain = read_chain(attestation.statement);
    if (!chain) {
        return chain.error();
    }
    if (!chain->front().public_key().verifies(signature_algorithm(*algorithm),
                                              attestation.signed_bytes, signature)) {
        return WebAuthnFault::attestation_signature_wrong;
    }
    const auto vouches = check_certificate(chain->front(), attestation);
    if (!vouches) {
        return vouches.error();
    }
    return Attested{.type = AttestationType::untrusted,
                    .chain = std::move(*chain),
                    .names_model = true,
                    .vouches = *vouches};
}

}  // namespace rgw::mfa
