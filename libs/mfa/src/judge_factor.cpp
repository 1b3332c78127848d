#include "judge_factor.hpp"

#include <string>
#include <utility>

#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"
#include "rgw/mfa/totp.hpp"
#include "webauthn_options.hpp"

namespace rgw::mfa {
namespace {

using Judgement = Judged<ProvenFactor>;

// A text somebody typed, their factors, and what it is for.
struct Tried {
    Secret text;
    UserFactors user;
    Use use;
};

bool looks_like_one_time_code(std::string_view text) {
    return text.size() == 6 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<FactorKind> kind_of_code(std::string_view code) {
    if (parse_yubico_otp(code)) {
        return FactorKind::yubiotp;
    }
    if (looks_like_one_time_code(code)) {
        return FactorKind::totp;
    }
    if (normalise_backup_code(code)) {
        return FactorKind::backup_code;
    }
    return std::nullopt;
}

bool is_blank(const ShownFactor& shown) {
    const auto* code = std::get_if<TypedCode>(&shown);
    return code != nullptr && trim(code->text.expose()).empty();
}

Judgement proven(FactorKind kind, const Use& use, bool user_verified = false) {
    return ProvenFactor{
        .kind = kind, .method = use.method, .at = use.at, .user_verified = user_verified};
}

struct FoundStep {
    std::optional<MethodId> method;  // whose step it is
    std::int64_t step = 0;
    bool any_readable = false;
};

// Every method is tried, whichever fits; without one there is a seed of nobody's to try, so that
// how long it takes says little.
FoundStep find_step(const FactorParts& parts, const Tried& tried) {
    FoundStep found;
    bool any = false;
    for (const Method& method : tried.user.methods) {
        if (!method.totp_seed) {
            continue;
        }
        any = true;
        const auto seed = parts.seeds.open(*method.totp_seed, seed_place(tried.use.holder.user));
        if (!seed) {
            log::error("a one-time code cannot be checked: its seed does not open",
                       {{"method", method.id.value}, {"error", id(seed.error().code)}});
            continue;
        }
        found.any_readable = true;
        if (const auto step = find_totp_step(*seed, tried.text.expose(), tried.use.at)) {
            found.method = method.id;
            found.step = *step;
        }
    }
    if (!any) {
        const Secret nobodys(std::string(20, '\0'));
        (void)find_totp_step(nobodys, tried.text.expose(), tried.use.at);
        found.any_readable = true;
    }
    return found;
}

async::Task<Judgement> judge_one_time_code(const FactorParts& parts, Tried tried,
                                           Deadline deadline) {
    const FoundStep found = find_step(parts, tried);
    if (!found.any_readable) {
        co_return unjudged(Errc::factor_unavailable, FactorKind::totp);
    }
    if (!found.method) {
        co_return wrong(invalid_code, FactorKind::totp);
    }
    tried.use.method = found.method;
    const Result<bool> used = co_await parts.store.use_totp_step({tried.use, found.step}, deadline);
    if (!used) {
        co_return unjudged(used.error(), FactorKind::totp);
    }
    co_return *used ? proven(FactorKind::totp, tried.use)
                    : wrong(replay_detected, FactorKind::totp, found.method);
}

async::Task<Judgement> judge_backup_code(const FactorParts& parts, Tried tried, Deadline deadline) {
    const UsedBackupCode code{tried.use, parts.backup_codes.hash(tried.text),
                              parts.backup_codes.key_id()};
    const Result<bool> used = co_await parts.store.use_backup_code(code, deadline);
    if (!used) {
        co_return unjudged(used.error(), FactorKind::backup_code);
    }
    co_return *used ? proven(FactorKind::backup_code, tried.use)
                    : wrong(invalid_code, FactorKind::backup_code);
}

// Another person's key is refused before anybody is asked.
async::Task<Judgement> judge_yubikey(const FactorParts& parts, Tried tried, Deadline deadline) {
    const YubicoOtp otp = parse_yubico_otp(tried.text.expose()).value();
    for (const Method& method : tried.user.methods) {
        if (method.yubikey_id == otp.public_id) {
            tried.use.method = method.id;
        }
    }
    if (parts.yubico == nullptr || !tried.use.method) {
        co_return wrong(invalid_code, FactorKind::yubiotp);
    }
    const Result<void> valid = co_await parts.yubico->verify(otp, deadline);
    if (!valid) {
        co_return valid.error().code == Errc::factor_refused
            ? wrong(invalid_code, FactorKind::yubiotp, tried.use.method)
            : unjudged(valid.error(), FactorKind::yubiotp);
    }
    const Result<bool> used = co_await parts.store.use_password({tried.use}, deadline);
    if (!used) {
        co_return unjudged(used.error(), FactorKind::yubiotp);
    }
    co_return *used ? proven(FactorKind::yubiotp, tried.use)
                    : wrong(replay_detected, FactorKind::yubiotp, tried.use.method);
}

const Method* find_credential(const UserFactors& user, const std::string& id) {
    for (const Method& method : user.methods) {
        if (method.credential && method.credential->stored.id == id) {
            return &method;
        }
    }
    return nullptr;
}

async::Task<Judgement> judge_code(const FactorParts& parts, Secret text, Use use,
                                  Deadline deadline) {
    Result<UserFactors> user = co_await parts.store.load(use.holder.user, deadline);
    if (!user) {
        co_return unjudged(user.error());
    }
    const std::optional<FactorKind> kind = kind_of_code(text.expose());
    Tried tried{.text = std::move(text), .user = std::move(*user), .use = std::move(use)};
    if (kind == FactorKind::yubiotp) {
        auto judged = co_await judge_yubikey(parts, std::move(tried), deadline);
        co_return judged;
    }
    if (kind == FactorKind::totp) {
        auto judged = co_await judge_one_time_code(parts, std::move(tried), deadline);
        co_return judged;
    }
    if (kind == FactorKind::backup_code) {
        auto judged = co_await judge_backup_code(parts, std::move(tried), deadline);
        co_return judged;
    }
    co_return wrong(invalid_code, std::nullopt);
}

// The challenge is gone whatever follows: one try each.
async::Task<Judgement> judge_assertion(const FactorParts& parts, Assertion shown, Use use,
                                       Deadline deadline) {
    using enum FactorKind;
    const auto taken = co_await parts.store.take_challenge(state_hash(shown.state), use.holder,
                                                           std::nullopt, use.at, deadline);
    if (!taken) {
        co_return unjudged(taken.error(), webauthn);
    }
    if (!*taken) {
        co_return wrong(expired_challenge, webauthn);
    }
    const auto response = parse_assertion(shown.response_json);
    if (!response) {
        co_return wrong(std::string(id(response.error())), webauthn);
    }
    const Result<UserFactors> user = co_await parts.store.load(use.holder.user, deadline);
    if (!user) {
        co_return unjudged(user.error(), webauthn);
    }
    const Method* method = find_credential(*user, response->credential_id);
    if (method == nullptr) {
        co_return wrong(std::string(id(WebAuthnFault::credential_unknown)), webauthn);
    }
    use.method = method->id;
    const StoredCredential& stored = method->credential->stored;
    const ExpectedAssertion expected{.challenge = (*taken)->challenge,
                                     .user_verification = parts.user_verification};
    auto verify = [party = parts.party, expected, stored, given = *response] {
        return verify_assertion(party, expected, stored, given);
    };
    const auto verified = co_await parts.cpu.run(std::move(verify));
    if (!verified) {
        co_return wrong(std::string(id(verified.error())), webauthn, use.method);
    }
    const UsedAssertion assertion{use, *verified, stored.sign_count};
    const Result<bool> used = co_await parts.store.use_assertion(assertion, deadline);
    if (!used) {
        co_return unjudged(used.error(), webauthn);
    }
    co_return *used ? proven(webauthn, use, verified->user_verified)
                    : wrong(replay_detected, webauthn, use.method);
}

}  // namespace

std::optional<FactorKind> kind_of(const ShownFactor& shown) {
    const auto* code = std::get_if<TypedCode>(&shown);
    return code == nullptr ? FactorKind::webauthn : kind_of_code(trim(code->text.expose()));
}

async::Task<Judged<ProvenFactor>> judge(const FactorParts& parts, ShownFactor shown, Use use,
                                        Deadline deadline) {
    if (is_blank(shown)) {
        co_return declined("code required", invalid_code);
    }
    if (auto* assertion = std::get_if<Assertion>(&shown)) {
        auto judged =
            co_await judge_assertion(parts, std::move(*assertion), std::move(use), deadline);
        co_return judged;
    }
    Secret text{std::string(trim(std::get<TypedCode>(shown).text.expose()))};
    auto judged = co_await judge_code(parts, std::move(text), std::move(use), deadline);
    co_return judged;
}

}  // namespace rgw::mfa
