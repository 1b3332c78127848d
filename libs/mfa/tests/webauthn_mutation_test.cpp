// Whatever is changed in a response, one byte at a time, it is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <random>

#include "rgw/crypto/digest.hpp"
#include "webauthn_vectors.hpp"

namespace rgw::mfa::test {
namespace {

// Both changes of every byte: the lowest bit, and something else by a fixed seed.
void for_each_mutation(const std::string& bytes,
                       const std::function<void(std::size_t, const std::string&)>& check) {
    std::minstd_rand random(20'260'101);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const auto other = static_cast<char>(2 + random() % 254);
        for (const char change : {'\x01', other}) {
            std::string mutated = bytes;
            mutated[at] = static_cast<char>(mutated[at] ^ change);
            check(at, mutated);
        }
    }
}

int refused = 0;

void expect_refused(const Vector& vector, const StoredCredential& credential,
                    const AssertionResponse& mutated, std::string_view what, std::size_t at) {
    ++refused;
    const auto used =
        verify_assertion(vector_party(), expected_assertion(vector), credential, mutated);
    EXPECT_FALSE(used) << vector.name << ", " << what << ", byte " << at;
}

// All of the client data and of the authenticator data is signed. The signature itself: the one
// other that verifies for the same message, (r, n - s), is never one byte away, and its DER has one
// spelling.
TEST(WebAuthnMutation, EveryByteOfAnAssertionCounts) {
    for (const Vector& vector : vectors()) {
        const StoredCredential credential = stored(vector);
        AssertionResponse changed = vector.assertion;
        const std::pair<std::string_view, std::string AssertionResponse::*> parts[] = {
            {"client data", &AssertionResponse::client_data_json},
            {"authenticator data", &AssertionResponse::authenticator_data},
            {"signature", &AssertionResponse::signature},
            {"id", &AssertionResponse::credential_id},
        };
        for (const auto& [what, part] : parts) {
            for_each_mutation(vector.assertion.*part,
                              [&](std::size_t at, const std::string& mutated) {
                                  changed.*part = mutated;
                                  expect_refused(vector, credential, changed, what, at);
                              });
            for (std::size_t size = 0; size < (vector.assertion.*part).size(); ++size) {
                changed.*part = (vector.assertion.*part).substr(0, size);
                expect_refused(vector, credential, changed, what, size);
            }
            for (const char byte : {'\0', ' ', '\xFF'}) {
                changed.*part = vector.assertion.*part + byte;
                expect_refused(vector, credential, changed, what, 0);
            }
            changed.*part = vector.assertion.*part;
        }
    }
    std::cout << "assertions refused: " << refused << '\n';
}

// The bytes of an attestation object that no statement signs and that may be others: `none` signs
// nothing, fido-u2f (§8.6) everything but these. The credential's id and its key cannot change with
// `none` either: the one must be the response's, the other a point of its curve.
struct Unsigned {
    std::size_t begin;
    std::size_t size;
    std::string_view why;
};

std::vector<Unsigned> unsigned_parts(const Vector& vector) {
    if (!vector.name.starts_with("none") && vector.name != "fido-u2f-es256") {
        return {};
    }
    const std::size_t data =
        vector.registration.attestation_object.find(crypto::text_of(crypto::sha256("example.org")));
    EXPECT_NE(data, std::string::npos);
    return {
        {data + 32, 1, "another state of the authenticator (UV, BE, BS, reserved bits)"},
        {data + 33, 4, "another counter"},
        {data + 37, 16, "another model's name, believed of nobody"},
    };
}

bool may_change(const std::vector<Unsigned>& parts, std::size_t at) {
    return std::ranges::any_of(parts, [at](const Unsigned& part) {
        return at >= part.begin && at < part.begin + part.size;
    });
}

WebAuthnResult<NewCredential> register_strictly(const Vector& vector,
                                                const RegistrationResponse& response) {
    AttestationRules rules = vector_rules();
    rules.trusted_only = vector.is_attested();
    return verify_registration(vector_party(), rules, expected_registration(vector), response);
}

// Includes every byte of the certificates: they are signed by the root.
TEST(WebAuthnMutation, EveryByteOfAnAttestationObjectCounts) {
    int mutations = 0;
    int accepted = 0;
    for (const Vector& vector : vectors()) {
        const std::string& object = vector.registration.attestation_object;
        const std::vector<Unsigned> parts = unsigned_parts(vector);
        RegistrationResponse changed = vector.registration;
        for_each_mutation(object, [&](std::size_t at, const std::string& mutated) {
            ++mutations;
            changed.attestation_object = mutated;
            const auto made = register_strictly(vector, changed);
            EXPECT_TRUE(!made || may_change(parts, at)) << vector.name << ", byte " << at;
            accepted += made ? 1 : 0;
        });
        for (std::size_t size = 0; size < object.size(); ++size) {
            ++mutations;
            changed.attestation_object = object.substr(0, size);
            EXPECT_FALSE(register_strictly(vector, changed)) << vector.name << " cut at " << size;
        }
        for (const char byte : {'\0', '\xA0', '\xF6', '\xFF'}) {
            ++mutations;
            changed.attestation_object = object + byte;
            EXPECT_FALSE(register_strictly(vector, changed)) << vector.name;
        }
    }
    std::cout << "attestation objects: " << mutations
              << ", accepted where nothing signs: " << accepted << '\n';
}

// The members that are checked must be what they are; the rest is signed, or of no meaning to us.
TEST(WebAuthnMutation, EveryByteOfTheClientDataCounts) {
    int mutations = 0;
    for (const Vector& vector : vectors()) {
        const std::string& json = vector.registration.client_data_json;
        // Unsigned: the value of crossOrigin must stay, what follows it is free.
        const bool is_signed = !vector.name.starts_with("none");
        const std::size_t extra = std::min(json.find("\"extraData\""), json.size());
        RegistrationResponse changed = vector.registration;
        for_each_mutation(json, [&](std::size_t at, const std::string& mutated) {
            ++mutations;
            changed.client_data_json = mutated;
            const auto made = register_strictly(vector, changed);
            // A member of another name is a member we do not know.
            const bool is_free = !is_signed && (at >= extra || (at > json.find(",\"cross") + 1));
            EXPECT_TRUE(!made || is_free) << vector.name << ", byte " << at << ": " << mutated;
        });
        for (std::size_t size = 0; size < json.size(); ++size) {
            ++mutations;
            changed.client_data_json = json.substr(0, size);
            EXPECT_FALSE(register_strictly(vector, changed)) << vector.name << " cut at " << size;
        }
        for (const std::string_view more : {"{}", "x", "\xFF"}) {
            ++mutations;
            changed.client_data_json = json + std::string(more);
            EXPECT_FALSE(register_strictly(vector, changed)) << vector.name;
        }
    }
    std::cout << "client data of registrations: " << mutations << '\n';
}

// Without trust in a root the certificates are not bound to anybody; what they sign still is.
TEST(WebAuthnMutation, UntrustedAttestationIsStillBoundToItsCeremony) {
    for (const Vector& vector : vectors()) {
        if (!vector.is_attested()) {
            continue;
        }
        const std::string& object = vector.registration.attestation_object;
        const std::size_t data = object.find(crypto::text_of(crypto::sha256("example.org")));
        ASSERT_NE(data, std::string::npos);
        const std::vector<Unsigned> parts = unsigned_parts(vector);
        RegistrationResponse changed = vector.registration;
        for (std::size_t at = data; at < object.size(); ++at) {
            changed.attestation_object = object;
            changed.attestation_object[at] = static_cast<char>(object[at] ^ 0x10);
            EXPECT_TRUE(
                may_change(parts, at) ||
                !verify_registration(vector_party(), {}, expected_registration(vector), changed))
                << vector.name << ", byte " << at;
        }
    }
}

}  // namespace
}  // namespace rgw::mfa::test
