#include "rgw/api/request_id.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include "rgw/crypto/random.hpp"

namespace rgw::api {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t random_bytes_per_id = 10;

// One call to the generator serves many ids.
std::array<std::byte, random_bytes_per_id> next_random() {
    thread_local std::array<std::byte, 64 * random_bytes_per_id> pool;
    thread_local std::size_t used = pool.size();
    if (used == pool.size()) {
        crypto::random_bytes(pool);
        used = 0;
    }
    std::array<std::byte, random_bytes_per_id> out{};
    for (std::byte& byte : out) {
        byte = pool[used++];
    }
    return out;
}

}  // namespace

std::string new_request_id(Timestamp now) {
    const auto since_epoch = now.time_since_epoch();
    const auto milliseconds = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
    std::string id(26, '0');
    for (std::size_t i = 0; i < 10; ++i) {
        id[9 - i] = alphabet[(milliseconds >> (5 * i)) & 31U];
    }
    const auto random = next_random();
    std::uint32_t bits = 0;
    int available = 0;
    std::size_t at = 10;
    for (const std::byte byte : random) {
        bits = (bits << 8U) | std::to_integer<std::uint32_t>(byte);
        available += 8;
        while (available >= 5) {
            available -= 5;
            id[at++] = alphabet[(bits >> static_cast<unsigned>(available)) & 31U];
        }
    }
    return id;
}

}  // namespace rgw::api
