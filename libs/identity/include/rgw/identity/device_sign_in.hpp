#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/identity/cli_login_store.hpp"
#include "rgw/identity/cli_session.hpp"
#include "rgw/identity/guess_limit.hpp"

namespace rgw::identity {

struct BegunDeviceLogin {
    Secret device_code;
    std::string user_code;  // as it is shown
    std::chrono::seconds lives_for{};
    std::chrono::seconds interval{};
};

// Why a device that polls gets no session; the ids of RFC 8628 §3.5 and RFC 6749 §5.2.
enum class DeviceFault : std::uint8_t {
    authorization_pending,
    slow_down,
    access_denied,  // the person said no, or may not sign in
    expired_token,
    invalid_grant,  // no such code, or used
    server_error,
};
[[nodiscard]] std::string_view id(DeviceFault fault);

struct DeviceRefusal {
    DeviceFault fault = DeviceFault::invalid_grant;
    Error error;        // for the event and the log
    std::string email;  // as far as somebody is known
};
[[noreturn]] inline void throw_exception_from_error(const DeviceRefusal& refusal,
                                                    const boost::source_location&) {
    throw ErrorException(refusal.error);
}
template <class T>
using DeviceResult = boost::system::result<T, DeviceRefusal>;

// The person who typed a user code.
struct CodeTyper {
    UserId user;
    std::string peer;                          // their address
    std::optional<Timestamp> mfa_verified_at;  // of their session
};

// Signing in a machine without a browser (RFC 8628): it shows a code, a person who is signed in
// types it and decides, the machine polls. Any loop.
class DeviceSignIn {
public:
    struct Parts {
        CliLoginStore& logins;
        CliSessionParts sessions;
        Secret key;  // of the user codes' hashes
    };
    explicit DeviceSignIn(Parts parts);

    // Errors: database_*.
    async::Task<Result<BegunDeviceLogin>> begin(AskingMachine machine, Deadline deadline);

    // Both count as a guess when there is no such code: after ten wrong ones in ten minutes of a
    // person or of an address the next is not looked at. Errors: guesses_exhausted; not_found (no
    // such code, or it is over); already_exists (decided before); database_*.
    async::Task<Result<CliLogin>> find_request(std::string user_code, CodeTyper typer,
                                               Deadline deadline);
    async::Task<Result<CliLogin>> decide(std::string user_code, CodeTyper typer,
                                         CliDecision decision, Deadline deadline);

    async::Task<DeviceResult<CliSession>> poll(Secret device_code, AskingMachine machine,
                                               MfaRequired mfa_required, Deadline deadline);

private:
    async::Task<DeviceResult<CliSession>> enter(std::string hash, AskingMachine machine,
                                                MfaRequired mfa_required, Deadline deadline);

    Parts parts_;
    GuessLimit guesses_;
};

}  // namespace rgw::identity
