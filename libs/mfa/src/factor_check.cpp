#include "rgw/mfa/factor_check.hpp"

#include <utility>

#include "judge_factor.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"
#include "webauthn_options.hpp"

namespace rgw::mfa {
namespace {

Use use_of(Holder holder, Purpose purpose, Timestamp now) {
    return {.holder = std::move(holder),
            .at = now,
            .method = std::nullopt,
            .gain = purpose.gain,
            .new_session_hash = std::move(purpose.new_session_hash),
            .proof = std::move(purpose.proof)};
}

// Each part with its length before it, so that no two requests read the same.
std::string proof_hash(SessionId session, const ShownFactor& shown) {
    crypto::Sha256 digest;
    const auto add = [&digest](std::string_view part) {
        digest.update(std::to_string(part.size()) + ":").update(part);
    };
    add(std::to_string(session.value));
    if (const auto* code = std::get_if<TypedCode>(&shown)) {
        add("code");
        add(trim(code->text.expose()));
    } else {
        const auto& assertion = std::get<Assertion>(shown);
        add("assertion");
        add(assertion.state);
        add(assertion.response_json);
    }
    return crypto::hex(digest.finish());
}

// Nothing when this is the first request with it.
async::Task<std::optional<Judged<ProvenFactor>>> judge_proof(const FactorParts& parts,
                                                             InlineProof proof, SessionId session,
                                                             std::optional<FactorKind> kind,
                                                             Deadline deadline) {
    std::optional<Judged<ProvenFactor>> judged;
    const Timestamp now = parts.clock.now();
    const auto counts = co_await parts.store.use_proof(session, std::move(proof), now, deadline);
    if (!counts) {
        judged = unjudged(counts.error(), kind);
    } else if (*counts == true) {
        judged = ProvenFactor{.kind = kind.value_or(FactorKind::totp), .at = now};
    } else if (*counts == false) {
        judged = wrong(replay_detected, kind);
    }
    co_return judged;
}

async::Task<Judged<ProvenFactor>> judge_inline(const FactorParts& parts, ShownFactor shown,
                                               Holder holder, std::optional<Action> action,
                                               Deadline deadline) {
    const SessionId session = holder.session.value();
    const std::optional<FactorKind> kind = kind_of(shown);
    const InlineProof proof{.hash = proof_hash(session, shown), .action = std::move(action)};
    auto known = co_await judge_proof(parts, proof, session, kind, deadline);
    if (known) {
        co_return *known;
    }
    Use use = use_of(std::move(holder),
                     {.gain = Use::Gain::step_up, .new_session_hash = {}, .proof = proof},
                     parts.clock.now());
    auto judged = co_await judge(parts, std::move(shown), std::move(use), deadline);
    if (judged || !judged.error().is_failure) {
        co_return judged;
    }
    // Perhaps another request with the same factor was faster.
    auto by_now = co_await judge_proof(parts, proof, session, kind, deadline);
    if (by_now) {
        co_return *by_now;
    }
    co_return judged;
}

}  // namespace

async::Task<Result<BegunAssertion>> FactorCheck::begin_assertion(Holder holder, Deadline deadline) {
    const Result<UserFactors> user = co_await parts_.store.load(holder.user, deadline);
    if (!user) {
        co_return user.error();
    }
    BegunAssertion begun{.options_json = {}, .state = crypto::random_token("")};
    const Timestamp now = parts_.clock.now();
    const NewChallenge challenge{.state_hash = state_hash(begun.state.expose()),
                                 .holder = std::move(holder),
                                 .method = std::nullopt,
                                 .challenge = new_challenge(),
                                 .created_at = now,
                                 .expires_at = now + challenge_lives_for};
    const Result<void> put = co_await parts_.store.put_challenge(challenge, deadline);
    if (!put) {
        co_return put.error();
    }
    begun.options_json = assertion_options(parts_, *user, challenge.challenge);
    co_return begun;
}

async::Task<FactorResult<ProvenFactor>> FactorCheck::verify(ShownFactor shown, Holder holder,
                                                            Purpose purpose, Deadline deadline) {
    const Timestamp now = parts_.clock.now();
    auto judged =
        co_await judge(parts_, std::move(shown), use_of(holder, std::move(purpose), now), deadline);
    auto settled =
        co_await settle(parts_.store, std::move(judged), std::move(holder), now, deadline);
    co_return settled;
}

async::Task<FactorResult<ProvenFactor>> FactorCheck::verify_inline(ShownFactor shown, Holder holder,
                                                                   std::optional<Action> action,
                                                                   Deadline deadline) {
    auto judged =
        co_await judge_inline(parts_, std::move(shown), holder, std::move(action), deadline);
    auto settled = co_await settle(parts_.store, std::move(judged), std::move(holder),
                                   parts_.clock.now(), deadline);
    co_return settled;
}

}  // namespace rgw::mfa
