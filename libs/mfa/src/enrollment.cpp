#include "rgw/mfa/enrollment.hpp"

#include <utility>

#include "label.hpp"
#include "new_factor.hpp"
#include "rgw/mfa/qr_code.hpp"
#include "rgw/mfa/totp.hpp"
#include "webauthn_options.hpp"

namespace rgw::mfa {
namespace {

Confirmation confirmation_of(MethodId method, FactorKind kind, std::string label, Holder holder,
                             Gained gained, Timestamp now) {
    return {.use = {.holder = std::move(holder),
                    .at = now,
                    .method = method,
                    .gain = Use::Gain::verified_and_step_up,
                    .new_session_hash = std::move(gained.new_session_hash),
                    .proof = std::nullopt},
            .kind = kind,
            .label = std::move(label)};
}

}  // namespace

async::Task<Result<BegunTotp>> Enrollment::begin_totp(Holder holder, Deadline deadline) {
    const Result<UserFactors> user = co_await parts_.store.load(holder.user, deadline);
    if (!user) {
        co_return user.error();
    }
    const Secret seed = new_totp_seed();
    Secret uri = totp_uri(parts_.party_name, user->email, seed);
    Result<Secret> qr_svg = qr_code_svg(uri.expose());
    if (!qr_svg) {
        co_return qr_svg.error();
    }
    NewMethod made{.holder = holder,
                   .kind = FactorKind::totp,
                   .totp_seed = parts_.seeds.seal(seed.expose(), seed_place(holder.user))};
    auto begun = co_await begin(parts_, std::move(made), *user, deadline);
    if (!begun) {
        co_return begun.error();
    }
    co_return BegunTotp{.method = begun->method,
                        .seed = totp_seed_text(seed),
                        .uri = std::move(uri),
                        .qr_svg = std::move(*qr_svg),
                        .backup_codes = std::move(begun->backup_codes)};
}

async::Task<FactorResult<EnrolledMethod>> Enrollment::confirm_totp(MethodId method, Secret code,
                                                                   std::string label, Holder holder,
                                                                   Gained gained,
                                                                   Deadline deadline) {
    const Timestamp now = parts_.clock.now();
    auto judged = co_await mfa::confirm_totp(
        parts_, std::move(code),
        confirmation_of(method, FactorKind::totp, label_or(label, "Authenticator App"), holder,
                        std::move(gained), now),
        deadline);
    auto settled =
        co_await settle(parts_.store, std::move(judged), std::move(holder), now, deadline);
    co_return settled;
}

async::Task<Result<BegunRegistration>> Enrollment::begin_webauthn(Holder holder,
                                                                  Deadline deadline) {
    const Result<UserFactors> user = co_await parts_.store.load(holder.user, deadline);
    if (!user) {
        co_return user.error();
    }
    auto begun =
        co_await begin(parts_, {.holder = holder, .kind = FactorKind::webauthn}, *user, deadline);
    if (!begun) {
        co_return begun.error();
    }
    const Timestamp now = parts_.clock.now();
    const NewChallenge challenge{.state_hash = registration_hash(begun->method, holder),
                                 .holder = std::move(holder),
                                 .method = begun->method,
                                 .challenge = new_challenge(),
                                 .created_at = now,
                                 .expires_at = now + challenge_lives_for};
    const Result<void> put = co_await parts_.store.put_challenge(challenge, deadline);
    if (!put) {
        co_return put.error();
    }
    co_return BegunRegistration{
        .method = begun->method,
        .options_json = registration_options(parts_, *user, challenge.challenge),
        .backup_codes = std::move(begun->backup_codes)};
}

async::Task<FactorResult<EnrolledMethod>> Enrollment::confirm_webauthn(MethodId method,
                                                                       std::string credential_json,
                                                                       std::string label,
                                                                       Holder holder, Gained gained,
                                                                       Deadline deadline) {
    const Timestamp now = parts_.clock.now();
    auto judged = co_await confirm_registration(
        parts_, std::move(credential_json),
        confirmation_of(method, FactorKind::webauthn, label_or(label, "Security Key"), holder,
                        std::move(gained), now),
        deadline);
    auto settled =
        co_await settle(parts_.store, std::move(judged), std::move(holder), now, deadline);
    co_return settled;
}

async::Task<FactorResult<EnrolledMethod>> Enrollment::enroll_yubikey(Secret otp, std::string label,
                                                                     Holder holder, Gained gained,
                                                                     Deadline deadline) {
    const Timestamp now = parts_.clock.now();
    auto judged = co_await mfa::enroll_yubikey(
        parts_, std::move(otp),
        confirmation_of(MethodId(), FactorKind::yubiotp, label_or(label, "Yubikey"), holder,
                        std::move(gained), now),
        deadline);
    auto settled =
        co_await settle(parts_.store, std::move(judged), std::move(holder), now, deadline);
    co_return settled;
}

async::Task<Result<std::vector<Secret>>> Enrollment::replace_backup_codes(Holder holder,
                                                                          Deadline deadline) {
    const Result<UserFactors> user = co_await parts_.store.load(holder.user, deadline);
    if (!user) {
        co_return user.error();
    }
    if (user->methods.empty()) {
        co_return Error(Errc::factor_refused, "set up a second factor first");
    }
    std::vector<Secret> codes = new_backup_codes();
    std::vector<std::string> hashes = hashes_of(codes, parts_.backup_codes);
    const Result<void> replaced = co_await parts_.store.replace_backup_codes(
        holder.user, std::move(hashes), parts_.backup_codes.key_id(), parts_.clock.now(), deadline);
    if (!replaced) {
        co_return replaced.error();
    }
    co_return codes;
}

}  // namespace rgw::mfa
