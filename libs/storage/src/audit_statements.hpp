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
extern const pg::Statement find_log_bounds;
extern const pg::Statement slice_log;
extern const pg::Statement slice_unsuccessful;
extern const pg::Statement slice_of_approval;
extern const pg::Statement slice_of_request;
extern const pg::Statement count_log;
extern const pg::Statement count_unsuccessful;
extern const pg::Statement count_of_approval;
extern const pg::Statement count_of_request;
extern const pg::Statement count_of_user;
extern const pg::Statement begin_look;
extern const pg::Statement prefer_index;
extern const pg::Statement slice_of_user;
extern const pg::Statement end_look;
extern const pg::Statement find_log_event;
extern const pg::Statement find_log_outcomes;
extern const pg::Statement find_email_of_user;
extern const pg::Statement look_at_log_end;
extern const pg::Statement find_checkpoint;
extern const pg::Statement read_event_range;
extern const pg::Statement read_groups;
extern const pg::Statement add_checkpoint;
extern const pg::Statement list_signing_keys;
extern const pg::Statement list_checkpoint_notes;
extern const pg::Statement read_kept_leaves;
extern const pg::Statement find_pruned;
extern const pg::Statement begin_claim;
extern const pg::Statement outlast_idleness;
extern const pg::Statement claim_pruning;
extern const pg::Statement plan_pruning;
extern const pg::Statement list_lasting;
extern const pg::Statement prune_events;
extern const pg::Statement thin_old_checkpoints;
extern const pg::Statement find_retention;
extern const pg::Statement may_set_retention;
extern const pg::Statement set_retention;
extern const pg::Statement take_anchor_turn;
extern const pg::Statement look_at_anchors;
extern const pg::Statement find_checkpoint_root;
extern const pg::Statement add_anchor;
extern const pg::Statement look_at_archive;
extern const pg::Statement add_archived;

}  // namespace rgw::storage
