// Another implementation must come to the same verdict: libfido2, as far as its formats and
// algorithms go. It checks signatures, flags and the relying party; neither JSON nor certificates'
// contents nor chains.
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/es384.h>
#include <fido/rs256.h>
#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <memory>
#include <random>

#include "cbor.hpp"
#include "ceremony.hpp"
#include "rgw/base/releases.hpp"
#include "rgw/mfa_testing/encoders.hpp"

namespace rgw::mfa::test {
namespace {

struct FreeCredential {
    void operator()(fido_cred_t* credential) const { fido_cred_free(&credential); }
};
struct FreeAssertion {
    void operator()(fido_assert_t* assertion) const { fido_assert_free(&assertion); }
};
using Credential = std::unique_ptr<fido_cred_t, FreeCredential>;
using Assertion = std::unique_ptr<fido_assert_t, FreeAssertion>;

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

bool is_taken_by_fido2(CoseAlgorithm algorithm) {
    return algorithm == CoseAlgorithm::es256 || algorithm == CoseAlgorithm::es384 ||
           algorithm == CoseAlgorithm::eddsa || algorithm == CoseAlgorithm::rs256;
}

struct Parts {
    std::string format;
    std::string statement;
    std::string authenticator_data;
    bool has_chain = false;
};

Parts parts_of(const std::string& attestation_object) {
    const auto map = cbor::parse(attestation_object).value();
    const cbor::Value* statement = cbor::find(map, "attStmt");
    return {.format = std::string(cbor::find(map, "fmt")->content),
            .statement = std::string(statement->encoded),
            .authenticator_data = std::string(cbor::find(map, "authData")->content),
            .has_chain = cbor::find(*statement, "x5c") != nullptr};
}

// Null when libfido2 does not take it so far.
Credential read_credential(const std::string& rp_id, CoseAlgorithm algorithm,
                           const RegistrationResponse& response, const Parts& parts) {
    Credential credential(fido_cred_new());
    fido_cred_t* out = credential.get();
    const bool good =
        fido_cred_set_type(out, static_cast<int>(algorithm)) == FIDO_OK &&
        fido_cred_set_fmt(out, parts.format.c_str()) == FIDO_OK &&
        fido_cred_set_rp(out, rp_id.c_str(), nullptr) == FIDO_OK &&
        fido_cred_set_clientdata(out, raw(response.client_data_json),
                                 response.client_data_json.size()) == FIDO_OK &&
        fido_cred_set_authdata_raw(out, raw(parts.authenticator_data),
                                   parts.authenticator_data.size()) == FIDO_OK &&
        (parts.format == "none" ||
         fido_cred_set_attstmt(out, raw(parts.statement), parts.statement.size()) == FIDO_OK);
    return good ? std::move(credential) : nullptr;
}

bool fido2_takes_registration(const std::string& rp_id, CoseAlgorithm algorithm,
                              const RegistrationResponse& response) {
    const Parts parts = parts_of(response.attestation_object);
    const Credential credential = read_credential(rp_id, algorithm, response, parts);
    return credential != nullptr &&
           (parts.has_chain ? fido_cred_verify(credential.get())
                            : fido_cred_verify_self(credential.get())) == FIDO_OK;
}

bool fido2_verifies(const fido_assert_t* assertion, CoseAlgorithm algorithm,
                    const fido_cred_t* credential) {
    const void* bytes = fido_cred_pubkey_ptr(credential);
    const std::size_t size = fido_cred_pubkey_len(credential);
    const auto verify = [&](auto key, auto from_ptr) {
        return from_ptr(key.get(), bytes, size) == FIDO_OK &&
               fido_assert_verify(assertion, 0, static_cast<int>(algorithm), key.get()) == FIDO_OK;
    };
    struct FreeKeys {
        void operator()(es256_pk_t* key) const { es256_pk_free(&key); }
        void operator()(es384_pk_t* key) const { es384_pk_free(&key); }
        void operator()(eddsa_pk_t* key) const { eddsa_pk_free(&key); }
        void operator()(rs256_pk_t* key) const { rs256_pk_free(&key); }
    };
    switch (algorithm) {
        case CoseAlgorithm::es256:
            return verify(std::unique_ptr<es256_pk_t, FreeKeys>(es256_pk_new()), es256_pk_from_ptr);
        case CoseAlgorithm::es384:
            return verify(std::unique_ptr<es384_pk_t, FreeKeys>(es384_pk_new()), es384_pk_from_ptr);
        case CoseAlgorithm::eddsa:
            return verify(std::unique_ptr<eddsa_pk_t, FreeKeys>(eddsa_pk_new()), eddsa_pk_from_ptr);
        case CoseAlgorithm::rs256:
            return verify(std::unique_ptr<rs256_pk_t, FreeKeys>(rs256_pk_new()), rs256_pk_from_ptr);
        case CoseAlgorithm::es512:
        case CoseAlgorithm::ed448:
        case CoseAlgorithm::ps256:
            break;
    }
    return false;
}

bool fido2_takes_assertion(const std::string& rp_id, CoseAlgorithm algorithm,
                           const fido_cred_t* credential, const AssertionResponse& response,
                           UserVerification user_verification) {
    const Assertion assertion(fido_assert_new());
    fido_assert_t* out = assertion.get();
    const fido_opt_t verified =
        user_verification == UserVerification::required ? FIDO_OPT_TRUE : FIDO_OPT_OMIT;
    return fido_assert_set_count(out, 1) == FIDO_OK &&
           fido_assert_set_rp(out, rp_id.c_str()) == FIDO_OK &&
           fido_assert_set_up(out, FIDO_OPT_TRUE) == FIDO_OK &&
           fido_assert_set_uv(out, verified) == FIDO_OK &&
           fido_assert_set_clientdata(out, raw(response.client_data_json),
                                      response.client_data_json.size()) == FIDO_OK &&
           fido_assert_set_authdata_raw(out, 0, raw(response.authenticator_data),
                                        response.authenticator_data.size()) == FIDO_OK &&
           fido_assert_set_sig(out, 0, raw(response.signature), response.signature.size()) ==
               FIDO_OK &&
           fido2_verifies(out, algorithm, credential);
}

// Every seventh byte and a changed one in its place.
void for_some_mutations(const std::string& bytes, std::size_t begin, std::size_t size,
                        const std::function<void(const std::string&)>& check) {
    std::minstd_rand random(7);
    for (std::size_t at = begin; at < begin + size; at += 7) {
        std::string mutated = bytes;
        mutated[at] = static_cast<char>(mutated[at] ^ static_cast<char>(1 + random() % 255));
        check(mutated);
    }
}

CoseAlgorithm algorithm_of(const Vector& vector) {
    AttestationRules rules = vector_rules();
    rules.trusted_only = false;
    return verify_registration(vector_party(), rules, expected_registration(vector),
                               vector.registration)
        .value()
        .algorithm;
}

// Its RSA is of 2048 bits only, the vector's of 2050. Ours of 2048 are compared below.
bool has_key_of_fido2(const Vector& vector) {
    return is_taken_by_fido2(algorithm_of(vector)) && vector.name != "packed-rs256";
}

// libfido2 knows packed and fido-u2f. Its tpm wants attributes that the vector's key does not have,
// the others it does not know.
bool is_of_fido2(const Vector& vector) {
    return has_key_of_fido2(vector) &&
           (vector.name.starts_with("packed") || vector.name.starts_with("fido-u2f"));
}

TEST(WebAuthnFido2, AgreesOnRegistrations) {
    int vectors_taken = 0;
    int mutations = 0;
    for (const Vector& vector : vectors()) {
        if (!is_of_fido2(vector)) {
            continue;
        }
        SCOPED_TRACE(vector.name);
        const CoseAlgorithm algorithm = algorithm_of(vector);
        const auto agree = [&](const RegistrationResponse& response) {
            const bool ours =
                verify_registration(vector_party(), {}, expected_registration(vector), response)
                    .has_value();
            EXPECT_EQ(fido2_takes_registration("example.org", algorithm, response), ours);
            return ours;
        };
        EXPECT_TRUE(agree(vector.registration));
        ++vectors_taken;
        RegistrationResponse changed = vector.registration;
        const std::string& object = vector.registration.attestation_object;
        const auto change_part = [&](std::string_view part) {
            const std::size_t at = object.find(part);
            ASSERT_NE(at, std::string::npos);
            for_some_mutations(object, at, part.size(), [&](const std::string& mutated) {
                changed.attestation_object = mutated;
                agree(changed);
                ++mutations;
            });
        };
        const auto map = cbor::parse(object).value();
        change_part(cbor::find(map, "authData")->content);
        change_part(cbor::find(*cbor::find(map, "attStmt"), "sig")->content);
        changed.attestation_object = object;
        const std::string& json = vector.registration.client_data_json;
        for_some_mutations(json, 0, json.size(), [&](const std::string& mutated) {
            changed.client_data_json = mutated;
            agree(changed);
            ++mutations;
        });
    }
    EXPECT_EQ(vectors_taken, 5);
    EXPECT_GT(mutations, 300);
    std::cout << "registrations compared: " << vectors_taken << " and " << mutations
              << " mutations\n";
}

TEST(WebAuthnFido2, AgreesOnAssertions) {
    int vectors_taken = 0;
    int mutations = 0;
    for (const Vector& vector : vectors()) {
        const CoseAlgorithm algorithm = algorithm_of(vector);
        if (!has_key_of_fido2(vector)) {
            continue;
        }
        SCOPED_TRACE(vector.name);
        const Parts parts = parts_of(vector.registration.attestation_object);
        Parts plain = parts;
        plain.format = "none";
        const Credential credential =
            read_credential("example.org", algorithm, vector.registration, plain);
        ASSERT_TRUE(credential);
        const StoredCredential ours_stored = stored(vector);
        const auto agree = [&](const AssertionResponse& response) {
            const bool ours =
                verify_assertion(vector_party(), expected_assertion(vector), ours_stored, response)
                    .has_value();
            EXPECT_EQ(fido2_takes_assertion("example.org", algorithm, credential.get(), response,
                                            UserVerification::preferred),
                      ours);
            return ours;
        };
        EXPECT_TRUE(agree(vector.assertion));
        ++vectors_taken;
        for (const auto part :
             {&AssertionResponse::client_data_json, &AssertionResponse::authenticator_data,
              &AssertionResponse::signature}) {
            AssertionResponse changed = vector.assertion;
            const std::string& bytes = vector.assertion.*part;
            for_some_mutations(bytes, 0, bytes.size(), [&](const std::string& mutated) {
                changed.*part = mutated;
                agree(changed);
                ++mutations;
            });
        }
    }
    EXPECT_EQ(vectors_taken, 12);
    EXPECT_GT(mutations, 300);
    std::cout << "assertions compared: " << vectors_taken << " and " << mutations << " mutations\n";
}

// Signed by the credential as they are, so that the verdict is on what they say.
TEST(WebAuthnFido2, AgreesOnWhatIsSigned) {
    using testing::Conduct;
    const Conduct conducts[] = {{},
                                {.user_present = false},
                                {.user_verified = false},
                                {.user_present = false, .user_verified = false},
                                {.bogus_signature = true}};
    const testing::Page elsewhere{.rp_id = "evil.example", .origin = page.origin};
    for (const CoseAlgorithm algorithm :
         {CoseAlgorithm::es256, CoseAlgorithm::es384, CoseAlgorithm::eddsa, CoseAlgorithm::rs256}) {
        testing::SoftAuthenticator authenticator(algorithm);
        const StoredCredential ours_stored = registered(authenticator);
        const RegistrationResponse registration = authenticator.registration(challenge, page, "42");
        const Credential credential = read_credential(page.rp_id, algorithm, registration,
                                                      parts_of(registration.attestation_object));
        ASSERT_TRUE(credential);
        for (const Conduct& conduct : conducts) {
            for (const testing::Page& place : {page, elsewhere}) {
                for (const UserVerification wanted :
                     {UserVerification::preferred, UserVerification::required}) {
                    const AssertionResponse response =
                        authenticator.assertion(challenge, place, conduct);
                    const bool ours =
                        verify_assertion(party,
                                         {.challenge = challenge, .user_verification = wanted},
                                         ours_stored, response)
                            .has_value();
                    EXPECT_EQ(fido2_takes_assertion(page.rp_id, algorithm, credential.get(),
                                                    response, wanted),
                              ours);
                }
            }
        }
    }
}

}  // namespace
}  // namespace rgw::mfa::test
