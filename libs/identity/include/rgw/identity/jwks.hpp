#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"
#include "rgw/crypto/jwk.hpp"

namespace rgw::identity {

enum class KeyFault : std::uint8_t {
    unknown,    // no key has this id
    unfit,      // one has it, or none is named, and none may check this algorithm
    ambiguous,  // no key is named and several would do
};

[[noreturn]] void throw_exception_from_error(KeyFault fault, const boost::source_location&);

// The keys a provider signs with (RFC 7517 §5). Immutable.
class KeySet {
public:
    // At most 64 keys. A key that is of no use to us is skipped, as §5 asks for.
    // Error: sign_in_unavailable with what is wrong.
    static Result<KeySet> parse(std::string_view json);

    // The key that a token's header asks for. Without an id it must be clear which one it is.
    [[nodiscard]] boost::system::result<const crypto::Jwk*, KeyFault> choose(
        const std::optional<std::string>& key_id, crypto::JwsAlgorithm algorithm) const;

    [[nodiscard]] std::size_t size() const { return keys_.size(); }
    [[nodiscard]] std::size_t skipped() const { return skipped_; }

private:
    std::vector<crypto::Jwk> keys_;
    std::size_t skipped_ = 0;
};

// For how long a key set may be kept: what its Cache-Control says within 5 minutes and 24 hours, an
// hour when it says nothing.
[[nodiscard]] std::chrono::seconds key_set_lifetime(std::string_view cache_control);

}  // namespace rgw::identity
