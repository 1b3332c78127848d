#include "webauthn_options.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"

namespace rgw::mfa {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr std::size_t challenge_bytes = 32;

constexpr std::array accepted_algorithms = {
    CoseAlgorithm::es256, CoseAlgorithm::eddsa, CoseAlgorithm::es384, CoseAlgorithm::es512,
    CoseAlgorithm::ed448, CoseAlgorithm::ps256, CoseAlgorithm::rs256};

std::string_view wanted(UserVerification verification) {
    return verification == UserVerification::required ? "required" : "preferred";
}

std::int64_t timeout() {
    return milliseconds(challenge_lives_for).count();
}

json::array descriptors(const UserFactors& user) {
    json::array list;
    for (const Method& method : user.methods) {
        if (!method.credential) {
            continue;
        }
        json::object one{{"type", "public-key"},
                         {"id", crypto::base64url(method.credential->stored.id)}};
        if (!method.credential->transports.empty()) {
            json::array transports;
            for (const std::string& transport : method.credential->transports) {
                transports.emplace_back(transport);
            }
            one["transports"] = std::move(transports);
        }
        list.push_back(std::move(one));
    }
    return list;
}

}  // namespace

std::string new_challenge() {
    std::array<std::byte, challenge_bytes> bytes{};
    crypto::random_bytes(bytes);
    return std::string(crypto::text_of(bytes));
}

std::string state_hash(std::string_view state) {
    return crypto::hex(crypto::sha256(state));
}

std::string assertion_options(const FactorParts& parts, const UserFactors& user,
                              std::string_view challenge) {
    return json::serialize(json::object{{"publicKey",
                                         {{"challenge", crypto::base64url(challenge)},
                                          {"timeout", timeout()},
                                          {"rpId", parts.party.id},
                                          {"allowCredentials", descriptors(user)},
                                          {"userVerification", wanted(parts.user_verification)}}}});
}

std::string registration_options(const FactorParts& parts, const UserFactors& user,
                                 std::string_view challenge) {
    json::array algorithms;
    for (const CoseAlgorithm algorithm : accepted_algorithms) {
        algorithms.push_back(
            json::object{{"type", "public-key"}, {"alg", static_cast<std::int32_t>(algorithm)}});
    }
    return json::serialize(
        json::object{{"publicKey",
                      {{"rp", {{"name", parts.party_name}, {"id", parts.party.id}}},
                       {"user",
                        {{"name", user.email},
                         {"displayName", user.email},
                         {"id", crypto::base64url(user.user_handle)}}},
                       {"challenge", crypto::base64url(challenge)},
                       {"pubKeyCredParams", std::move(algorithms)},
                       {"timeout", timeout()},
                       {"excludeCredentials", descriptors(user)},
                       {"authenticatorSelection",
                        {{"residentKey", "preferred"},
                         {"requireResidentKey", false},
                         {"userVerification", wanted(parts.user_verification)}}},
                       {"attestation", parts.attestation.trusted_only ? "direct" : "none"}}}});
}

}  // namespace rgw::mfa
