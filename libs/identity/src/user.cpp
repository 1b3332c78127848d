#include "rgw/access/role.hpp"
#include "rgw/identity/user_store.hpp"

namespace rgw::identity {

access::PermissionSet permissions_of(const User& user) {
    access::PermissionSet set;
    if (user.suspended || user.locked) {
        return set;
    }
    for (const std::string& name : user.roles) {
        if (const auto role = access::find_role(name)) {
            set |= access::permissions(*role);
        }
    }
    return set;
}

}  // namespace rgw::identity
