#include "denial.hpp"

#include <utility>

namespace rgw::mfa {
namespace {

constexpr const char* locked_now =
    "account locked due to multiple failed attempts - contact administrator";

}  // namespace

Denial wrong(std::string reason, std::optional<FactorKind> kind, std::optional<MethodId> method,
             std::string told) {
    return {.refusal = {.error = Error(Errc::factor_refused, std::move(told)),
                        .reason = std::move(reason),
                        .kind = kind,
                        .method = method},
            .is_failure = true};
}

Denial declined(std::string told, std::string reason, std::optional<FactorKind> kind) {
    return {.refusal = {.error = Error(Errc::factor_refused, std::move(told)),
                        .reason = std::move(reason),
                        .kind = kind}};
}

Denial unjudged(Error error, std::optional<FactorKind> kind) {
    std::string reason(id(error.code));
    if (error.code == Errc::not_found) {
        error = Errc::factor_refused;
    }
    return {.refusal = {.error = std::move(error), .reason = std::move(reason), .kind = kind}};
}

async::Task<FactorRefusal> count(FactorStore& store, Denial denial, Holder holder, Timestamp at,
                                 Deadline deadline) {
    FactorRefusal refusal = std::move(denial.refusal);
    if (!denial.is_failure) {
        co_return refusal;
    }
    const Failure failure{.holder = std::move(holder),
                          .at = at,
                          .kind = refusal.kind,
                          .method = refusal.method,
                          .reason = refusal.reason};
    const Result<FailureCount> counted = co_await store.fail(failure, deadline);
    if (!counted) {
        refusal.error = counted.error();
    } else if (counted->locked_now) {
        refusal.locked_account = true;
        refusal.error = Error(Errc::factor_refused, locked_now);
    }
    co_return refusal;
}

}  // namespace rgw::mfa
