#include "rgw/mfa/trusted_devices.hpp"

#include <array>
#include <utility>

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"

namespace rgw::mfa {
namespace {

constexpr std::size_t cookie_bytes = 32;
constexpr std::size_t cookie_letters = 52;
constexpr std::string_view cookie_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

Secret new_cookie() {
    std::array<std::byte, cookie_bytes> bytes{};
    crypto::random_bytes(bytes);
    return Secret(crypto::base32(crypto::text_of(bytes)));
}

bool is_cookie_of_ours(std::string_view text) {
    return text.size() == cookie_letters &&
           text.find_first_not_of(cookie_alphabet) == std::string_view::npos;
}

// A plain hash is enough for 256 random bits; of a user agent only whether it is the same matters.
std::string hash_of(std::string_view text) {
    return crypto::hex(crypto::sha256(text));
}

}  // namespace

async::Task<Result<TrustedDevices::Remembered>> TrustedDevices::remember(Holder holder,
                                                                         Deadline deadline) {
    Remembered remembered{.id = {}, .cookie = new_cookie(), .lives_for = parts_.lives_for()};
    const Timestamp now = parts_.clock.now();
    const NewTrustedDevice device{.token_hash = hash_of(remembered.cookie.expose()),
                                  .device_uuid = crypto::random_uuid(),
                                  .user_agent_hash = hash_of(holder.user_agent.value_or("")),
                                  .holder = holder,
                                  .created_at = now,
                                  .expires_at = now + remembered.lives_for};
    const Result<TrustedDeviceId> created = co_await parts_.store.create(device, deadline);
    if (!created) {
        co_return created.error();
    }
    remembered.id = *created;
    co_return remembered;
}

async::Task<Result<RecognisedDevice>> TrustedDevices::recognise(std::string cookie, Holder holder,
                                                                Deadline deadline) {
    if (!is_cookie_of_ours(cookie)) {
        co_return RecognisedDevice();
    }
    const auto recognised = co_await parts_.store.recognise(
        hash_of(cookie), holder.user, hash_of(holder.user_agent.value_or("")),
        std::move(holder.ip_address), parts_.clock.now(), deadline);
    co_return recognised;
}

}  // namespace rgw::mfa
