-- The checkpoints of a generated log are as old as the events they end with, as those of a log that was lived are.
begin;
alter table audit.checkpoint disable trigger all;
update audit.checkpoint c set created_at = e."timestamp" + interval '10 seconds'
from audit.audit_event e where e.chain_index = c.tree_size - 1;
alter table audit.checkpoint enable always trigger checkpoint_forbid_change;
alter table audit.checkpoint enable always trigger checkpoint_forbid_delete;
commit;
