#pragma once

#include "rgw/identity/session_store.hpp"
#include "rgw/pg/params.hpp"
#include "rgw/pg/rows.hpp"

namespace rgw::storage {

// What a command line says of its machine, as it is stored with a sign-in and with a session: three
// values for device_id (a uuid as text), device_name and device_metadata (JSON as text).
void add_device(pg::Params& params, const identity::Device& device);
// The same three, from column `first` on.
[[nodiscard]] identity::Device read_device(const pg::Row& row, int first);

}  // namespace rgw::storage
