#pragma once

#include "rgw/pg/statement.hpp"

namespace rgw::storage {

// Each stands next to the function that uses it.
extern const pg::Statement begin_append;
extern const pg::Statement lock_head;
extern const pg::Statement append_events;
extern const pg::Statement write_probe;
extern const pg::Statement commit_append;
extern const pg::Statement find_event_hash;
extern const pg::Statement adopt_orphans;
extern const pg::Statement begin_snapshot;
extern const pg::Statement read_head_row;
extern const pg::Statement read_events;

}  // namespace rgw::storage
