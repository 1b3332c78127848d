#include "rgw/identity/device_sign_in.hpp"

#include <utility>
#include <vector>

#include "rgw/crypto/random.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/pending_login.hpp"
#include "rgw/identity/user_code.hpp"

namespace rgw::identity {
namespace {

constexpr std::uint32_t most_wrong_codes = 10;
constexpr std::chrono::minutes wrong_codes_count_for{10};
constexpr std::size_t longest_device_code = 128;
constexpr int most_codes_drawn = 5;

std::vector<std::string> keys_of(const CodeTyper& typer) {
    return {"user:" + std::to_string(typer.user.value), "peer:" + typer.peer};
}

DeviceRefusal refused(DeviceFault fault, const char* why, std::string email = "") {
    return {.fault = fault, .error = Error(Errc::sign_in_refused, why), .email = std::move(email)};
}
DeviceRefusal refused(Error error, std::string email = "") {
    const bool ours = info(error.code).http_status >= 500;
    return {.fault = ours ? DeviceFault::server_error : DeviceFault::access_denied,
            .error = std::move(error),
            .email = std::move(email)};
}

bool is_decided(const CliLogin& login) {
    return login.approved_at || login.denied_at;
}

}  // namespace

std::string_view id(DeviceFault fault) {
    switch (fault) {
        case DeviceFault::authorization_pending:
            return "authorization_pending";
        case DeviceFault::slow_down:
            return "slow_down";
        case DeviceFault::access_denied:
            return "access_denied";
        case DeviceFault::expired_token:
            return "expired_token";
        case DeviceFault::invalid_grant:
            return "invalid_grant";
        case DeviceFault::server_error:
            return "server_error";
    }
    return "server_error";
}

DeviceSignIn::DeviceSignIn(Parts parts)
    : parts_(std::move(parts)), guesses_(most_wrong_codes, wrong_codes_count_for) {}

async::Task<Result<BegunDeviceLogin>> DeviceSignIn::begin(AskingMachine machine,
                                                          Deadline deadline) {
    Secret device_code = crypto::random_token("");
    const Timestamp now = parts_.sessions.clock.now();
    NewCliLogin login{.hash = token_hash(device_code.expose()),
                      .flow = LoginFlow::device,
                      .verifier_hash = std::nullopt,
                      .user_code_hash = std::nullopt,
                      .exchange = std::nullopt,
                      .machine = std::move(machine),
                      .created_at = now,
                      .expires_at = now + login_lives_for};
    Result<void> created = Errc::internal;
    std::string user_code;
    for (int drawn = 0; drawn < most_codes_drawn; ++drawn) {
        user_code = new_user_code();
        login.user_code_hash = user_code_hash(parts_.key, user_code);
        created = co_await parts_.logins.create(login, deadline);
        if (created || created.error().code != Errc::already_exists) {
            break;
        }
    }
    if (!created) {
        co_return created.error();
    }
    co_return BegunDeviceLogin{.device_code = std::move(device_code),
                               .user_code = shown_user_code(user_code),
                               .lives_for = login_lives_for,
                               .interval = device_poll_interval};
}

async::Task<Result<CliLogin>> DeviceSignIn::find_request(std::string user_code, CodeTyper typer,
                                                         Deadline deadline) {
    const Timestamp now = parts_.sessions.clock.now();
    const std::vector<std::string> keys = keys_of(typer);
    if (!guesses_.try_once(keys, now)) {
        co_return Errc::guesses_exhausted;
    }
    const auto code = parse_user_code(user_code);
    if (!code) {
        co_return Error(Errc::not_found, "no such code");
    }
    const auto found =
        co_await parts_.logins.find_by_user_code(user_code_hash(parts_.key, *code), deadline);
    if (!found || *found) {
        guesses_.take_back(keys);
    }
    if (!found) {
        co_return found.error();
    }
    if (!*found || (*found)->expires_at <= now) {
        co_return Error(Errc::not_found, "no such code");
    }
    if (is_decided(**found)) {
        co_return Error(Errc::already_exists, "it was decided before");
    }
    co_return **found;
}

async::Task<Result<CliLogin>> DeviceSignIn::decide(std::string user_code, CodeTyper typer,
                                                   CliDecision decision, Deadline deadline) {
    const auto found = co_await find_request(std::move(user_code), typer, deadline);
    if (!found) {
        co_return found.error();
    }
    const DecidedCliLogin decided{.hash = found->hash,
                                  .decision = decision,
                                  .by = typer.user,
                                  .mfa_verified_at = typer.mfa_verified_at,
                                  .at = parts_.sessions.clock.now()};
    const Result<bool> first = co_await parts_.logins.decide(decided, deadline);
    if (!first) {
        co_return first.error();
    }
    if (!*first) {
        co_return Error(Errc::already_exists, "it was decided before");
    }
    co_return *found;
}

async::Task<DeviceResult<CliSession>> DeviceSignIn::poll(Secret device_code, AskingMachine machine,
                                                         MfaRequired mfa_required,
                                                         Deadline deadline) {
    const std::size_t length = device_code.expose().size();
    if (length == 0 || length > longest_device_code) {
        co_return refused(DeviceFault::invalid_grant, "device: no code of ours");
    }
    const Timestamp now = parts_.sessions.clock.now();
    std::string hash = token_hash(device_code.expose());
    const auto polled = co_await parts_.logins.poll(hash, now, deadline);
    if (!polled) {
        co_return refused(polled.error());
    }
    if (!*polled) {
        co_return refused(DeviceFault::invalid_grant, "device: there is no such code");
    }
    const CliLogin& login = (*polled)->login;
    if (login.expires_at <= now) {
        co_return refused(DeviceFault::expired_token, "device: it took too long");
    }
    if (login.denied_at) {
        co_return refused(DeviceFault::access_denied, "device: the person said no");
    }
    if ((*polled)->pace == PolledCliLogin::Pace::too_fast) {
        co_return refused(DeviceFault::slow_down, "device: polled too fast");
    }
    if (!login.approved_at) {
        co_return refused(DeviceFault::authorization_pending, "device: nobody has decided");
    }
    auto entered = co_await enter(std::move(hash), std::move(machine), mfa_required, deadline);
    co_return entered;
}

async::Task<DeviceResult<CliSession>> DeviceSignIn::enter(std::string hash, AskingMachine machine,
                                                          MfaRequired mfa_required,
                                                          Deadline deadline) {
    auto taken = co_await parts_.logins.take(std::move(hash), std::nullopt,
                                             parts_.sessions.clock.now(), deadline);
    if (!taken) {
        co_return refused(taken.error());
    }
    if (!*taken) {
        co_return refused(DeviceFault::invalid_grant, "device: the code was used before");
    }
    std::string email = (*taken)->user.email;
    CliSessionRequest request{
        .taken = std::move(**taken), .machine = std::move(machine), .mfa_required = mfa_required};
    Result<CliSession> opened =
        co_await open_cli_session(parts_.sessions, std::move(request), deadline);
    if (!opened) {
        co_return refused(opened.error(), std::move(email));
    }
    co_return std::move(*opened);
}

}  // namespace rgw::identity
