#include <array>

#include "rgw/identity/id_token.hpp"

namespace rgw::identity {
namespace {

struct FaultId {
    TokenFault fault;
    std::string_view id;
};

// In the order of the enum; in_order() checks that at compile time.
constexpr auto table = std::to_array<FaultId>({
    {TokenFault::too_large, "too_large"},
    {TokenFault::malformed, "malformed"},
    {TokenFault::header_malformed, "header_malformed"},
    {TokenFault::header_duplicate_key, "header_duplicate_key"},
    {TokenFault::header_critical, "header_critical"},
    {TokenFault::algorithm_none, "algorithm_none"},
    {TokenFault::algorithm_symmetric, "algorithm_symmetric"},
    {TokenFault::algorithm_unknown, "algorithm_unknown"},
    {TokenFault::key_unknown, "key_unknown"},
    {TokenFault::key_unfit, "key_unfit"},
    {TokenFault::key_ambiguous, "key_ambiguous"},
    {TokenFault::signature_wrong, "signature_wrong"},
    {TokenFault::claims_malformed, "claims_malformed"},
    {TokenFault::claims_duplicate_key, "claims_duplicate_key"},
    {TokenFault::claim_of_wrong_type, "claim_of_wrong_type"},
    {TokenFault::number_out_of_range, "number_out_of_range"},
    {TokenFault::issuer_missing, "issuer_missing"},
    {TokenFault::issuer_other, "issuer_other"},
    {TokenFault::audience_missing, "audience_missing"},
    {TokenFault::audience_other, "audience_other"},
    {TokenFault::authorized_party_missing, "authorized_party_missing"},
    {TokenFault::authorized_party_other, "authorized_party_other"},
    {TokenFault::expiry_missing, "expiry_missing"},
    {TokenFault::expired, "expired"},
    {TokenFault::not_yet_valid, "not_yet_valid"},
    {TokenFault::issued_at_missing, "issued_at_missing"},
    {TokenFault::issued_in_future, "issued_in_future"},
    {TokenFault::issued_too_long_ago, "issued_too_long_ago"},
    {TokenFault::nonce_missing, "nonce_missing"},
    {TokenFault::nonce_other, "nonce_other"},
    {TokenFault::subject_missing, "subject_missing"},
    {TokenFault::subject_malformed, "subject_malformed"},
    {TokenFault::email_missing, "email_missing"},
    {TokenFault::email_malformed, "email_malformed"},
    {TokenFault::email_unverified, "email_unverified"},
    {TokenFault::hosted_domain_missing, "hosted_domain_missing"},
    {TokenFault::hosted_domain_other, "hosted_domain_other"},
    {TokenFault::domain_not_allowed, "domain_not_allowed"},
    {TokenFault::too_many_groups, "too_many_groups"},
});

consteval bool in_order() {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (static_cast<std::size_t>(table[i].fault) != i) {
            return false;
        }
    }
    return table.size() == static_cast<std::size_t>(TokenFault::too_many_groups) + 1;
}
static_assert(in_order(), "the table must list every TokenFault, in the order of the enum");

}  // namespace

std::string_view id(TokenFault fault) {
    return table[static_cast<std::size_t>(fault)].id;
}

void throw_exception_from_error(TokenFault fault, const boost::source_location&) {
    throw ErrorException(Error(Errc::sign_in_refused, "id_token: " + std::string(id(fault))));
}

}  // namespace rgw::identity
