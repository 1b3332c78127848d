#pragma once

#include <span>
#include <string>
#include <vector>

#include "rgw/pg/connection.hpp"
#include "rgw/pg/migrate.hpp"

namespace rgw::pg {

// Roles, other than the login itself, that were given a function of `grants`: those that run the
// server.
async::Task<Result<std::vector<std::string>>> runtime_roles(Connection& connection,
                                                            std::span<const Grant> grants,
                                                            Deadline deadline);

// Gives each what it lacks, as far as this login may. Inside a transaction of the caller.
async::Task<Result<void>> give_again(Connection& connection, const std::vector<std::string>& roles,
                                     std::span<const Grant> grants, Deadline deadline);

// GRANT and REVOKE statements, quoted by the server.
struct RightsChange {
    std::vector<std::string> ours;    // this login may run
    std::vector<std::string> others;  // only somebody else may
};
// What `role`, which must exist, lacks of `grants`; objects that are not there are left out.
async::Task<Result<RightsChange>> lacking(Connection& connection, const std::string& role,
                                          std::span<const Grant> grants, Deadline deadline);
// What it was given beyond them on the same objects.
async::Task<Result<RightsChange>> beyond(Connection& connection, const std::string& role,
                                         std::span<const Grant> grants, Deadline deadline);
// How it may still write to a table that it shall only read ("DELETE on audit.head"), by whatever
// way.
async::Task<Result<std::vector<std::string>>> unwanted(Connection& connection,
                                                       const std::string& role,
                                                       std::span<const Grant> grants,
                                                       Deadline deadline);
// Owners of the objects that the role is, or is a member of; all of them for a superuser.
async::Task<Result<std::vector<std::string>>> owners_among(Connection& connection,
                                                           const std::string& role,
                                                           std::span<const Grant> grants,
                                                           Deadline deadline);

}  // namespace rgw::pg
