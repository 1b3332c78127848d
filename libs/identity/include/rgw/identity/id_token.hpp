#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/jwks.hpp"

namespace rgw::identity {

// Why an ID token is refused. Each has its own id for the log and the audit event.
enum class TokenFault : std::uint8_t {
    // the envelope
    too_large,
    malformed,
    header_malformed,
    header_duplicate_key,
    header_critical,
    algorithm_none,
    algorithm_symmetric,
    algorithm_unknown,
    // the signature
    key_unknown,
    key_unfit,
    key_ambiguous,
    signature_wrong,
    // the claims
    claims_malformed,
    claims_duplicate_key,
    claim_of_wrong_type,
    number_out_of_range,
    issuer_missing,
    issuer_other,
    audience_missing,
    audience_other,
    authorized_party_missing,
    authorized_party_other,
    expiry_missing,
    expired,
    not_yet_valid,
    issued_at_missing,
    issued_in_future,
    issued_too_long_ago,
    nonce_missing,
    nonce_other,
    subject_missing,
    subject_malformed,
    email_missing,
    email_malformed,
    email_unverified,
    hosted_domain_missing,
    hosted_domain_other,
    domain_not_allowed,
    too_many_groups,
};

[[nodiscard]] std::string_view id(TokenFault fault);
[[noreturn]] void throw_exception_from_error(TokenFault fault, const boost::source_location&);

struct IdTokenExpectation {
    std::string issuer;
    std::string client_id;
    std::string nonce;
    Timestamp now;
    std::vector<std::string> allowed_domains;  // of the e-mail address; empty: any
    std::string role_claim;                    // whose texts become `groups`; empty: none
    std::chrono::seconds leeway{60};           // between the provider's clock and ours
    std::chrono::seconds max_age{600};         // since the token was issued
};

struct IdTokenClaims {
    std::string subject;
    std::string email;  // as parse_email() gives it
    std::string name;   // may be empty
    std::vector<std::string> groups;
};

template <class T>
using TokenResult = boost::system::result<T, TokenFault>;

// OpenID Connect Core §3.1.3.7, and what we want beyond it: a nonce, a verified e-mail address, a
// token of the last minutes. Pure.
[[nodiscard]] TokenResult<IdTokenClaims> check_id_token(std::string_view token,
                                                        const IdTokenExpectation& expectation,
                                                        const KeySet& keys);

// The half of it that comes after the signature.
[[nodiscard]] TokenResult<IdTokenClaims> check_claims(std::string_view payload,
                                                      const IdTokenExpectation& expectation);

}  // namespace rgw::identity
