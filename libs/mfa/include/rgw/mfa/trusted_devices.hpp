#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/mfa/factor.hpp"

namespace rgw::mfa {

// A browser that showed a second factor and need not at its next sign-in. It is known by a cookie
// of its own and by what it says it is; it never counts as a factor that was just shown.
struct TrustedDevice {
    TrustedDeviceId id;
    std::string device_uuid;
    Timestamp created_at{};
    Timestamp last_used_at{};
    Timestamp expires_at{};
    std::optional<std::string> ip_address;  // last
    std::optional<std::string> user_agent;  // as it was when it was trusted, clipped
};

struct NewTrustedDevice {
    std::string token_hash;
    std::string device_uuid;
    std::string user_agent_hash;
    Holder holder;  // with a session, which is tied to it
    Timestamp created_at{};
    Timestamp expires_at{};
};

enum class Recognition : std::uint8_t {
    known,
    unknown,        // no such device, or it is over or revoked
    another_user,   // revoked now: "mismatched_user"
    another_agent,  // revoked now: "mismatched_device"
};
struct RecognisedDevice {
    Recognition recognition = Recognition::unknown;
    std::optional<TrustedDeviceId> device;
};

class TrustedDeviceStore {
public:
    virtual ~TrustedDeviceStore() = default;
    virtual async::Task<Result<TrustedDeviceId>> create(NewTrustedDevice device,
                                                        Deadline deadline) = 0;
    virtual async::Task<Result<RecognisedDevice>> recognise(std::string token_hash, UserId user,
                                                            std::string user_agent_hash,
                                                            std::optional<std::string> ip_address,
                                                            Timestamp now, Deadline deadline) = 0;
    // Those not revoked, the newest first; also those that are over.
    virtual async::Task<Result<std::vector<TrustedDevice>>> list(UserId user,
                                                                 Deadline deadline) = 0;
    // False: no such device of that user. Revoking again is true.
    virtual async::Task<Result<bool>> revoke(UserId user, TrustedDeviceId device,
                                             std::string reason, Timestamp now,
                                             Deadline deadline) = 0;
};

inline constexpr std::string_view trusted_device_cookie = "rgw_trusted_device";

// Any loop.
class TrustedDevices {
public:
    struct Parts {
        TrustedDeviceStore& store;
        const Clock& clock;
        std::function<std::chrono::seconds()> lives_for;  // of the settings, asked each time
    };
    explicit TrustedDevices(Parts parts) : parts_(std::move(parts)) {}

    struct Remembered {
        TrustedDeviceId id;
        Secret cookie;  // 52 characters of base32: 256 random bits
        std::chrono::seconds lives_for{};
    };
    async::Task<Result<Remembered>> remember(Holder holder, Deadline deadline);
    // Anything that is no cookie of ours is unknown without a query.
    async::Task<Result<RecognisedDevice>> recognise(std::string cookie, Holder holder,
                                                    Deadline deadline);

    [[nodiscard]] TrustedDeviceStore& store() const { return parts_.store; }

private:
    Parts parts_;
};

}  // namespace rgw::mfa
