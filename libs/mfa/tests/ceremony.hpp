#pragma once

#include <string>

#include "rgw/mfa/webauthn.hpp"
#include "rgw/mfa_testing/soft_authenticator.hpp"
#include "webauthn_vectors.hpp"

// One relying party and its page, for the tests of single steps.
namespace rgw::mfa::test {

inline const std::string challenge = "a challenge of 32 bytes, or so: ";
inline const testing::Page page{.rp_id = "gateway.example.com",
                                .origin = "https://gateway.example.com"};
inline const RelyingParty party{.id = page.rp_id, .origins = {page.origin}};
inline const ExpectedRegistration expected_new{
    .challenge = challenge, .now = Timestamp(std::chrono::seconds(1'800'000'000))};
inline const ExpectedAssertion expected_use{.challenge = challenge};

// What a server stores of the authenticator's registration.
inline StoredCredential registered(testing::SoftAuthenticator& authenticator,
                                   const testing::Conduct& conduct = {}) {
    const auto made = verify_registration(
        party, {}, expected_new, authenticator.registration(challenge, page, "42", conduct));
    return {.id = made.value().id,
            .public_key = made->public_key,
            .user_handle = "42",
            .sign_count = made->sign_count,
            .backup_eligible = made->backup_eligible};
}

}  // namespace rgw::mfa::test
