-- Why: caches of principals and settings are dropped within a second of a change, on every replica
-- (design §8). Channel rgw_changes, payload table:id ("users:7"); without an id ("settings:", or any
-- table after TRUNCATE) the whole table is meant.
-- Locks: SHARE ROW EXCLUSIVE on the four tables, for a moment. Time on a big table: none.

create function rgw_notify_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    -- Written by every use of a session or token; nothing that is cached depends on them.
    touches constant text[] := array['last_used_at', 'last_seen_at', 'updated_at'];
    id text := '';
begin
    if tg_op = 'UPDATE' and to_jsonb(new) - touches = to_jsonb(old) - touches then
        return null;
    end if;
    if tg_level = 'ROW' and tg_table_name <> 'settings' then
        id := case tg_op when 'DELETE' then old.id else new.id end;
    end if;
    perform pg_notify('rgw_changes', tg_table_name || ':' || id);
    return null;
end
$$;
comment on function rgw_notify_change() is 'Tells the gateways of a change: NOTIFY rgw_changes, table:id';
revoke execute on function rgw_notify_change() from public;

create trigger users_notify_change after insert or update or delete on users
    for each row execute function rgw_notify_change();
create trigger users_notify_truncate after truncate on users
    for each statement execute function rgw_notify_change();
create trigger api_tokens_notify_change after insert or update or delete on api_tokens
    for each row execute function rgw_notify_change();
create trigger api_tokens_notify_truncate after truncate on api_tokens
    for each statement execute function rgw_notify_change();
create trigger user_sessions_notify_change after insert or update or delete on user_sessions
    for each row execute function rgw_notify_change();
create trigger user_sessions_notify_truncate after truncate on user_sessions
    for each statement execute function rgw_notify_change();
create trigger settings_notify_change after insert or update or delete on settings
    for each row execute function rgw_notify_change();
create trigger settings_notify_truncate after truncate on settings
    for each statement execute function rgw_notify_change();
