#include "rgw/mfa/factor.hpp"

namespace rgw::mfa {

std::string_view name(FactorKind kind) {
    switch (kind) {
        case FactorKind::totp:
            return "totp";
        case FactorKind::webauthn:
            return "webauthn";
        case FactorKind::yubiotp:
            return "yubiotp";
        case FactorKind::backup_code:
            return "backup_code";
    }
    return "unknown";
}

std::string seed_place(UserId user) {
    return "mfa_methods.secret of user " + std::to_string(user.value);
}

}  // namespace rgw::mfa
