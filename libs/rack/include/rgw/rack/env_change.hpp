#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/access/env_lists.hpp"
#include "rgw/access/permission.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"

// What a posted environment changes, and whether its caller may (spec proxy-rbac §1.12 B;
// docs/adr/0006-environment-changes.md says what was decided where that was silent or unsafe).
namespace rgw::rack {

// Of the posted and of the resulting text; of a line, which a rack reads into a buffer of 64 KiB;
// of a name. The differences share one audit batch with the outcome.
inline constexpr std::size_t most_env_bytes = 256UL * 1024;
inline constexpr std::size_t most_env_line_bytes = 60UL * 1024;
inline constexpr std::size_t most_env_name_bytes = 128;
inline constexpr std::size_t most_env_differences = 500;

enum class EnvKind : std::uint8_t { added, changed, removed };
enum class Secrecy : std::uint8_t { open, secret };

struct EnvDifference {
    std::string name;
    EnvKind kind = EnvKind::changed;
    Secrecy secrecy = Secrecy::open;
    Secret old_value;  // empty when added
    Secret new_value;  // empty when removed
};

struct EnvChange {
    Secret text;  // the whole new environment; the base byte for byte when nothing differs
    std::vector<EnvDifference> differences;
};

// A variable the caller may not touch as asked. For the audit log: never with a value.
struct RefusedKey {
    std::string name;
    Secrecy secrecy = Secrecy::open;
};

struct EnvRefusal {
    Error error;                   // names a variable at most
    std::vector<RefusedKey> keys;  // empty when the text itself is not acceptable
};

// What value() throws when there is a refusal: an unchecked answer is a bug of the caller.
[[noreturn]] inline void throw_exception_from_error(const EnvRefusal& refusal,
                                                    const boost::source_location&) {
    throw ErrorException(refusal.error);
}

// Merges what a caller posted with the rack's newest environment. `*` twenty times stands for the
// value the base has, for every caller and key. What is not posted is removed, except protected
// variables and lines that are hidden from everybody. Errors: bad_body (the posted text),
// permission_denied (convox:env:set, convox:secret:set), env_change_refused (a protected variable;
// a base that cannot be changed safely).
[[nodiscard]] boost::system::result<EnvChange, EnvRefusal> change_env(
    std::string_view posted, std::string_view base, const access::EnvLists& lists,
    const access::PermissionSet& held);

// Some variables to set and some to take away; everything else stays.
struct EnvPatch {
    std::map<std::string, std::string, std::less<>> set;
    std::vector<std::string> remove;
};

// The same for what the gateway's own API is asked for (spec http-api §12.2): by the same rules and
// with the same errors. A protected variable can be kept, by the placeholder or by a value the
// caller may see, and nothing else; taking away what is not there is no change.
[[nodiscard]] boost::system::result<EnvChange, EnvRefusal> patch_env(
    const EnvPatch& patch, std::string_view base, const access::EnvLists& lists,
    const access::PermissionSet& held);

}  // namespace rgw::rack
