#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/crypto/verifying_key.hpp"

namespace rgw::crypto {

// The signature algorithms we take (RFC 7518 §3.1, RFC 8037 §3.1): asymmetric ones only. `none` and
// the HMACs are not among them, so no key of ours can be used as a shared secret.
enum class JwsAlgorithm : std::uint8_t { rs256, ps256, es256, es384, eddsa };

[[nodiscard]] std::optional<JwsAlgorithm> find_jws_algorithm(std::string_view name);
[[nodiscard]] std::string_view name(JwsAlgorithm algorithm);

// A public key from one JWK (RFC 7517): RSA of 2048 to 8192 bits, EC on P-256 or P-384, or Ed25519.
// Immutable and cheap to copy; any thread.
class Jwk {
public:
    // Error: invalid_value with what is wrong. A symmetric key and one that carries its private
    // part are refused as well.
    static Result<Jwk> parse(std::string_view json);
    static Result<Jwk> read(const boost::json::object& members);

    [[nodiscard]] const std::optional<std::string>& key_id() const { return key_id_; }

    // Whether a signature with this algorithm may be checked with this key: its type fits, and its
    // `use`, `key_ops` and `alg` allow it.
    [[nodiscard]] bool fits(JwsAlgorithm algorithm) const;
    // Whether the signature, in the form of RFC 7518 §3, is this key's over the message. False too
    // when the algorithm does not fit.
    [[nodiscard]] bool verifies(JwsAlgorithm algorithm, std::string_view message,
                                std::string_view signature) const;

private:
    Jwk() = default;

    std::optional<std::string> key_id_;
    std::optional<std::string> algorithm_;  // the key's own `alg`
    bool for_verifying_ = true;             // what `use` and `key_ops` say
    std::optional<VerifyingKey> key_;       // always there
};

}  // namespace rgw::crypto
