#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/pg/migrate.hpp"

namespace rgw::pg {

enum class GrantMode : std::uint8_t {
    exactly,          // what the role has beyond it on the same objects is taken away
    what_is_missing,  // nothing is taken away
};

// Gives an existing role what a login needs that only runs the server (source.grants, and CONNECT),
// as the login of `info`, in one transaction and under the migration lock. Returns the statements
// it ran; none when the role had it all.
//
// The role is an identifier in its own spelling: the server quotes it. Errors (detail is for the
// operator): not_found: no such role; configuration_invalid: a migration is pending, the role owns
// the tables or is a superuser, somebody else must give or take a right (the statement is named),
// or it may change an append-only table in another way, as a member of a role or as PUBLIC.
async::Task<Result<std::vector<std::string>>> grant_to_role(async::Loop& loop, const ConnInfo& info,
                                                            std::string role, GrantMode mode,
                                                            SchemaSource source);

// What the pool's own login lacks of it.
struct MissingRights {
    std::string role;
    std::vector<std::string> statements;  // that would give it; empty when nothing is missing
};
async::Task<Result<MissingRights>> missing_rights(Pool& pool, std::span<const Grant> grants,
                                                  Deadline deadline);

}  // namespace rgw::pg
