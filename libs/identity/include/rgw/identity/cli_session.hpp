#pragma once

#include <functional>
#include <optional>
#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/identity/cli_login_store.hpp"
#include "rgw/identity/person.hpp"
#include "rgw/identity/session.hpp"
#include "rgw/identity/session_store.hpp"

namespace rgw::identity {

// What a command line is given when a person let it in.
struct CliSession {
    User user;
    SessionId id;
    Secret text;
    Timestamp expires_at{};  // the idle limit; use moves it on
    Device device;
    bool mfa_verified = false;
    bool mfa_required = false;
    bool enrollment_required = false;
};

// What opening a session takes, shared by both ways to sign a command line in.
struct CliSessionParts {
    SessionStore& sessions;
    const Clock& clock;
    std::function<SessionLimits()> limits;
};

// How a command line asks for its session: where from, and what it says of itself.
struct CliSessionRequest {
    TakenCliLogin taken;
    AskingMachine machine;  // what the person was shown of it is kept where both say something
    MfaRequired mfa_required = MfaRequired::yes;
};

// The session of an approved login. It counts as verified when a factor was shown, or none is asked
// of its user now; as stepped up only when one was shown for this sign-in. Errors: owner_locked,
// owner_suspended; not_found (the user is gone); database_*.
async::Task<Result<CliSession>> open_cli_session(const CliSessionParts& parts,
                                                 CliSessionRequest request, Deadline deadline);

// As many characters as a row keeps; bytes that are not text are replaced. A device id that is no
// UUID is an error: invalid_value.
[[nodiscard]] Result<Device> checked_device(Device device);

}  // namespace rgw::identity
