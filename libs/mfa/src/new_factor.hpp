#pragma once

#include <string>
#include <vector>

#include "denial.hpp"
#include "rgw/async/task.hpp"
#include "rgw/mfa/enrollment.hpp"

// The two steps of setting a factor up.
namespace rgw::mfa {

struct Begun {
    MethodId method;
    std::vector<Secret> backup_codes;
};

// With backup codes for a user who has none; the store has the last word on that.
async::Task<Result<Begun>> begin(const FactorParts& parts, NewMethod made, const UserFactors& user,
                                 Deadline deadline);

[[nodiscard]] std::vector<std::string> hashes_of(const std::vector<Secret>& codes,
                                                 const BackupCodeHasher& hasher);

// A registration's challenge is found again by what confirming it says anyway: the SHA-256 of
// "registration|method|session". Nobody else's session can ask for it.
[[nodiscard]] std::string registration_hash(MethodId method, const Holder& holder);

// Whether what is shown proves the factor; it is confirmed then. A failure is not counted here.
async::Task<Judged<EnrolledMethod>> confirm_totp(const FactorParts& parts, Secret code,
                                                 Confirmation made, Deadline deadline);
async::Task<Judged<EnrolledMethod>> confirm_registration(const FactorParts& parts,
                                                         std::string credential_json,
                                                         Confirmation made, Deadline deadline);
// One password proves the key: it is begun and confirmed at once.
async::Task<Judged<EnrolledMethod>> enroll_yubikey(const FactorParts& parts, Secret typed,
                                                   Confirmation made, Deadline deadline);

}  // namespace rgw::mfa
