#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/crypto/jwk.hpp"

namespace rgw::crypto {

enum class JwsFault : std::uint8_t {
    too_large,
    malformed,  // not three parts of strict base64url
    header_malformed,
    header_duplicate_key,
    header_critical,  // it demands an extension, and we know none (RFC 7515 §4.1.11)
    algorithm_none,
    algorithm_symmetric,
    algorithm_unknown,
};

[[noreturn]] void throw_exception_from_error(JwsFault fault, const boost::source_location&);

// A compact JWS (RFC 7515 §7.1) taken apart, nothing of it believed yet.
struct Jws {
    JwsAlgorithm algorithm;
    std::optional<std::string> key_id;
    std::string signed_part;  // the first two parts as they came, with their dot
    std::string payload;      // decoded
    std::string signature;    // decoded
};

inline constexpr std::size_t max_jws_bytes = 16UL * 1024;

// A key that the header brings along or points to (`jwk`, `jku`, `x5c`, `x5u`) is never looked at.
[[nodiscard]] boost::system::result<Jws, JwsFault> parse_jws(std::string_view compact);

[[nodiscard]] inline bool verifies(const Jwk& key, const Jws& jws) {
    return key.verifies(jws.algorithm, jws.signed_part, jws.signature);
}

}  // namespace rgw::crypto
