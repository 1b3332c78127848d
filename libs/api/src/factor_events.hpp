#pragma once

#include <string>
#include <string_view>

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/mfa/factor.hpp"

// Events of second factors: whoever shows one, what came of it is in the log before anything
// follows from it.
namespace rgw::api {

// Who shows it, as far as the call does not say so itself: a command line signs in without a
// session.
struct FactorHolder {
    UserId user;
    std::string email;
    std::string name;
};
[[nodiscard]] FactorHolder holder_of(const identity::Principal& principal);
// The same for libs/mfa: with the session, and where the call comes from.
[[nodiscard]] mfa::Holder factor_holder(const Call& call);

// mfa.verify: a factor counted. Errors: as audit::Recorder::append().
async::Task<Result<void>> record_proof(Services& services, const Call& call, FactorHolder holder,
                                       mfa::ProvenFactor proven);

// mfa.verify.failed, with the reason; also mfa.credential.cloned where a counter went back, and
// user.lock where this failure was one too many, which acts here at once.
async::Task<Result<void>> record_factor_failure(Services& services, const Call& call,
                                                FactorHolder holder, mfa::FactorRefusal refusal);

}  // namespace rgw::api
