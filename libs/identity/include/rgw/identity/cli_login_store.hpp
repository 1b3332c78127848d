#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"
#include "rgw/crypto/aead.hpp"
#include "rgw/identity/session_store.hpp"
#include "rgw/identity/user_store.hpp"

namespace rgw::identity {

// How a command line is signed in; as stored: "browser", "device".
enum class LoginFlow : std::uint8_t { browser, device };

// Where a command line asks from: shown to the person who decides, and otherwise believed by
// nobody.
struct AskingMachine {
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;  // at most 512 characters are kept
    Device device;
};

// Hashes are lower-case hex of 32 bytes. What they are hashes of is known to the command line alone
// (of the user code: to the person as well).
struct NewCliLogin {
    std::string hash;  // of the state, or of the device code: what the row is found by
    LoginFlow flow = LoginFlow::browser;
    std::optional<std::string> verifier_hash;   // browser flow
    std::optional<std::string> user_code_hash;  // device flow
    std::optional<crypto::Sealed> exchange;     // browser flow: what the exchange needs
    AskingMachine machine;
    Timestamp created_at{};
    Timestamp expires_at{};
};

// A sign-in under way.
struct CliLogin {
    std::string hash;
    LoginFlow flow = LoginFlow::browser;
    std::optional<std::string> verifier_hash;
    AskingMachine machine;
    Timestamp created_at{};
    Timestamp expires_at{};
    std::optional<Timestamp> exchanged_at;  // the provider has sent somebody back
    std::optional<UserId> user;             // who signs in
    std::string email;                      // theirs when they came back from the provider
    std::string error;                      // it has failed for good; as the command line is told
    std::optional<Timestamp> mfa_verified_at;  // a factor was shown
    std::optional<Timestamp> approved_at;
    std::optional<Timestamp> denied_at;
};

enum class CliDecision : std::uint8_t { approved, denied };

struct DecidedCliLogin {
    std::string hash;
    CliDecision decision = CliDecision::denied;
    UserId by;
    std::optional<Timestamp> mfa_verified_at;
    Timestamp at{};
};

struct TakenCliLogin {
    CliLogin login;
    User user;
};

struct PolledCliLogin {
    CliLogin login;
    enum class Pace : std::uint8_t { fine, too_fast } pace = Pace::fine;
    std::chrono::seconds interval{};  // from now on
};

// RFC 8628 §3.5: seconds between two polls, at first; each poll that comes too soon adds as many.
inline constexpr std::chrono::seconds device_poll_interval{5};

// The port the PostgreSQL store implements (libs/storage); a memory store passes the same contract
// test. Each change is one statement: two replicas never both succeed.
class CliLoginStore {
public:
    virtual ~CliLoginStore() = default;
    // Forgets those that were over an hour before `created_at`. Error: already_exists (the user
    // code is somebody's).
    virtual async::Task<Result<void>> create(NewCliLogin login, Deadline deadline) = 0;
    // Also finds one that is over: the refusal says so.
    virtual async::Task<Result<std::optional<CliLogin>>> find(std::string hash,
                                                              Deadline deadline) = 0;
    virtual async::Task<Result<std::optional<CliLogin>>> find_by_user_code(
        std::string user_code_hash, Deadline deadline) = 0;
    // What the exchange needs, once, and only before the login is over; it is not stored any more.
    virtual async::Task<Result<std::optional<crypto::Sealed>>> take_exchange(std::string hash,
                                                                             Timestamp now,
                                                                             Deadline deadline) = 0;
    // Who has come back from the provider.
    virtual async::Task<Result<void>> identify(std::string hash, User user, Timestamp now,
                                               Deadline deadline) = 0;
    // Ends it, unless it was decided already: `told` is what the command line will read.
    virtual async::Task<Result<void>> fail(std::string hash, std::string told, Timestamp now,
                                           Deadline deadline) = 0;
    // The first decision holds. False when there was one already, or the login has failed, is over,
    // or is another person's. Of a device flow it says who signs in.
    virtual async::Task<Result<bool>> decide(DecidedCliLogin decided, Deadline deadline) = 0;
    // Of a device flow: notes the poll. Also finds one that is over.
    virtual async::Task<Result<std::optional<PolledCliLogin>>> poll(std::string hash, Timestamp now,
                                                                    Deadline deadline) = 0;
    // An approved login leaves the table, with its user as they are now; of all who try at once one
    // gets it. `verifier_hash`: of a browser flow, must be the one it began with.
    virtual async::Task<Result<std::optional<TakenCliLogin>>> take(
        std::string hash, std::optional<std::string> verifier_hash, Timestamp now,
        Deadline deadline) = 0;
};

}  // namespace rgw::identity
