#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <utility>

#include "rgw/async/task.hpp"
#include "rgw/mfa/factor.hpp"
#include "rgw/mfa/factor_store.hpp"

namespace rgw::mfa {

inline constexpr const char* invalid_code = "invalid_code";
inline constexpr const char* replay_detected = "replay_detected";
inline constexpr const char* expired_challenge = "expired_challenge";

// Why a factor did not count, and whether that is a failure: one that must still be counted.
struct Denial {
    FactorRefusal refusal;
    bool is_failure = false;
};
[[noreturn]] inline void throw_exception_from_error(const Denial& denial,
                                                    const boost::source_location&) {
    throw ErrorException(denial.refusal.error);
}
template <class T>
using Judged = boost::system::result<T, Denial>;

// A failure. `told` empty: the sentence of every factor that is wrong.
[[nodiscard]] Denial wrong(std::string reason, std::optional<FactorKind> kind,
                           std::optional<MethodId> method = std::nullopt, std::string told = "");
// Nothing was judged, for a reason the caller is told.
[[nodiscard]] Denial declined(std::string told, std::string reason,
                              std::optional<FactorKind> kind = std::nullopt);
// Nothing could be judged: the database, another server, or the user is gone.
[[nodiscard]] Denial unjudged(Error error, std::optional<FactorKind> kind = std::nullopt);

// Counts a failure. The caller is told when that locks the account; when it could not be counted,
// of the database's error only, so that nobody learns meanwhile whether a guess was right.
async::Task<FactorRefusal> count(FactorStore& store, Denial denial, Holder holder, Timestamp at,
                                 Deadline deadline);

template <class T>
async::Task<FactorResult<T>> settle(FactorStore& store, Judged<T> judged, Holder holder,
                                    Timestamp at, Deadline deadline) {
    if (judged) {
        co_return std::move(*judged);
    }
    auto refusal =
        co_await count(store, std::move(judged.error()), std::move(holder), at, deadline);
    co_return refusal;
}

}  // namespace rgw::mfa
