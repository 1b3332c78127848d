#include "new_factor.hpp"

#include <algorithm>
#include <utility>

#include "rgw/base/text.hpp"
#include "rgw/mfa/totp.hpp"
#include "webauthn_options.hpp"

namespace rgw::mfa {
namespace {

using Judgement = Judged<EnrolledMethod>;

constexpr const char* wrong_code = "invalid code";
constexpr const char* no_longer_pending = "this was not begun here or took too long: begin again";
constexpr const char* code_used_before = "this code was used already: wait for the next one";
constexpr const char* key_known = "this security key is registered already";
constexpr const char* yubikey_known = "this Yubikey is already registered";
constexpr const char* ceremony_over = "ceremony_over";
constexpr const char* used_already = "used_already";

// `known`: what to tell when it was used before.
async::Task<Judgement> confirm(const FactorParts& parts, Confirmation made, const char* known,
                               Deadline deadline) {
    const Result<Confirmed> confirmed = co_await parts.store.confirm_method(made, deadline);
    if (!confirmed) {
        co_return unjudged(confirmed.error(), made.kind);
    }
    switch (*confirmed) {
        case Confirmed::yes:
            break;
        case Confirmed::no_longer_pending:
            co_return declined(no_longer_pending, ceremony_over, made.kind);
        case Confirmed::used_before:
            co_return declined(known, used_already, made.kind);
    }
    co_return EnrolledMethod{
        .method = made.use.method.value(), .kind = made.kind, .label = std::move(made.label)};
}

bool has_yubikey(const UserFactors& user, const std::string& public_id) {
    return std::ranges::any_of(
        user.methods, [&](const Method& method) { return method.yubikey_id == public_id; });
}

}  // namespace

std::vector<std::string> hashes_of(const std::vector<Secret>& codes,
                                   const BackupCodeHasher& hasher) {
    std::vector<std::string> hashes;
    hashes.reserve(codes.size());
    for (const Secret& code : codes) {
        hashes.push_back(hasher.hash(code));
    }
    return hashes;
}

async::Task<Result<Begun>> begin(const FactorParts& parts, NewMethod made, const UserFactors& user,
                                 Deadline deadline) {
    Begun begun;
    if (user.backup_codes.total == 0) {
        begun.backup_codes = new_backup_codes();
        made.backup_code_hashes = hashes_of(begun.backup_codes, parts.backup_codes);
        made.backup_key_id = parts.backup_codes.key_id();
    }
    made.created_at = parts.clock.now();
    made.expires_at = made.created_at + enrollment_lives_for;
    const Result<PendingMethod> pending = co_await parts.store.begin_method(made, deadline);
    if (!pending) {
        co_return pending.error();
    }
    begun.method = pending->id;
    if (!pending->backup_codes_kept) {
        begun.backup_codes.clear();
    }
    co_return begun;
}

async::Task<Judged<EnrolledMethod>> confirm_totp(const FactorParts& parts, Secret code,
                                                 Confirmation made, Deadline deadline) {
    const MethodId method = made.use.method.value();
    const std::string_view typed = trim(code.expose());
    if (typed.empty()) {
        co_return declined("code required", invalid_code, FactorKind::totp);
    }
    const auto sealed =
        co_await parts.store.find_pending_seed(method, made.use.holder, made.use.at, deadline);
    if (!sealed) {
        co_return unjudged(sealed.error(), FactorKind::totp);
    }
    if (!*sealed) {
        co_return declined(no_longer_pending, ceremony_over, FactorKind::totp);
    }
    const auto seed = parts.seeds.open(**sealed, seed_place(made.use.holder.user));
    if (!seed) {
        co_return unjudged(Error(Errc::factor_unavailable, describe(seed.error())),
                           FactorKind::totp);
    }
    made.totp_step = find_totp_step(*seed, typed, made.use.at);
    if (!made.totp_step) {
        co_return wrong(invalid_code, FactorKind::totp, method, wrong_code);
    }
    auto judged = co_await confirm(parts, std::move(made), code_used_before, deadline);
    co_return judged;
}

std::string registration_hash(MethodId method, const Holder& holder) {
    return state_hash("registration|" + std::to_string(method.value) + "|" +
                      std::to_string(holder.session.value().value));
}

async::Task<Judged<EnrolledMethod>> confirm_registration(const FactorParts& parts,
                                                         std::string credential_json,
                                                         Confirmation made, Deadline deadline) {
    using enum FactorKind;
    const MethodId method = made.use.method.value();
    const auto taken = co_await parts.store.take_challenge(
        registration_hash(method, made.use.holder), made.use.holder, method, made.use.at, deadline);
    if (!taken) {
        co_return unjudged(taken.error(), webauthn);
    }
    if (!*taken) {
        co_return declined(no_longer_pending, ceremony_over, webauthn);
    }
    const auto response = parse_registration(credential_json);
    if (!response) {
        co_return wrong(std::string(id(response.error())), webauthn, method);
    }
    const ExpectedRegistration expected{.challenge = (*taken)->challenge,
                                        .user_verification = parts.user_verification,
                                        .now = made.use.at};
    auto verify = [party = parts.party, rules = parts.attestation, expected, given = *response] {
        return verify_registration(party, rules, expected, given);
    };
    const auto credential = co_await parts.cpu.run(std::move(verify));
    if (!credential) {
        co_return wrong(std::string(id(credential.error())), webauthn, method);
    }
    made.credential = *credential;
    auto judged = co_await confirm(parts, std::move(made), key_known, deadline);
    if (judged) {
        judged->attestation = credential->attestation;
    }
    co_return judged;
}

async::Task<Judged<EnrolledMethod>> enroll_yubikey(const FactorParts& parts, Secret typed,
                                                   Confirmation made, Deadline deadline) {
    using enum FactorKind;
    if (parts.yubico == nullptr) {
        co_return declined("yubico OTP not configured", "not_configured", yubiotp);
    }
    const auto otp = parse_yubico_otp(trim(typed.expose()));
    if (!otp) {
        co_return wrong(invalid_code, yubiotp, std::nullopt, "invalid Yubikey OTP format");
    }
    const Result<UserFactors> user = co_await parts.store.load(made.use.holder.user, deadline);
    if (!user) {
        co_return unjudged(user.error(), yubiotp);
    }
    if (has_yubikey(*user, otp->public_id)) {
        co_return declined(yubikey_known, used_already, yubiotp);
    }
    const Result<void> valid = co_await parts.yubico->verify(*otp, deadline);
    if (!valid && valid.error().code != Errc::factor_refused) {
        co_return unjudged(valid.error(), yubiotp);
    }
    if (!valid) {
        co_return wrong(invalid_code, yubiotp, std::nullopt, "invalid Yubikey OTP");
    }
    auto begun =
        co_await begin(parts, {.holder = made.use.holder, .kind = yubiotp}, *user, deadline);
    if (!begun) {
        co_return unjudged(begun.error(), yubiotp);
    }
    made.use.method = begun->method;
    made.yubikey_id = otp->public_id;
    auto judged = co_await confirm(parts, std::move(made), yubikey_known, deadline);
    if (judged) {
        judged->backup_codes = std::move(begun->backup_codes);
    }
    co_return judged;
}

}  // namespace rgw::mfa
