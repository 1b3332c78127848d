#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rgw/mfa/webauthn.hpp"

// The test vectors of W3C Web Authentication Level 3.
namespace rgw::mfa::test {

struct Vector {
    std::string name;
    std::string registration_challenge;
    std::string assertion_challenge;
    Aaguid aaguid{};
    RegistrationResponse registration;
    AssertionResponse assertion;

    // Whether the statement is signed with a certificate.
    [[nodiscard]] bool is_attested() const;
};

// With the registration of android-key-es256 as the errata correct it.
[[nodiscard]] const std::vector<Vector>& vectors();
[[nodiscard]] const Vector& vector_of(std::string_view name);
// As it was published: the lists of what is enforced are empty.
[[nodiscard]] const RegistrationResponse& published_android_key();
[[nodiscard]] const std::string& attestation_root();

// Expects the page of another origin around ours, which two of the vectors have.
[[nodiscard]] RelyingParty vector_party();
// Believes the vectors' root, and nothing less.
[[nodiscard]] AttestationRules vector_rules();
[[nodiscard]] ExpectedRegistration expected_registration(const Vector& vector);
[[nodiscard]] ExpectedAssertion expected_assertion(const Vector& vector);
// What a server would have stored after the registration.
[[nodiscard]] StoredCredential stored(const Vector& vector);

// The reason's name; "accepted" when there is none.
template <class T>
std::string_view reason(const WebAuthnResult<T>& result) {
    return result ? "accepted" : id(result.error());
}

}  // namespace rgw::mfa::test
