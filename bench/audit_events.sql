-- A year's start of a busy gateway for bench/audit_list.cpp: a million events of 50 users (and one with three events), 40 apps and 30
-- actions, 10,000 a day up to now, one in twenty a change (intent, then outcome), 0.2 % denied. The
-- hashes chain nothing.
select setseed(0.5);

with names as (
    select
        array['app.list', 'app.read', 'process.list', 'process.read', 'build.list', 'build.read',
              'release.list', 'release.read', 'log.read', 'env.read', 'instance.list', 'instance.read',
              'rack.read', 'object.list', 'cert.list', 'resource.list', 'registry.list', 'service.list',
              'balancer.list', 'event.list'] as reads,
        array['app.update', 'app.restart', 'build.create', 'release.promote', 'process.start',
              'process.terminate', 'env.set', 'object.create', 'app.create', 'app.delete'] as writes
), drawn as (
    select i,
           random() as who, random() as what, random() as where_, random() as how, random() as took,
           (i % 40) in (0, 1) as is_write, i % 40 = 0 as is_intent
    from generate_series(0, 999999) as i
), paired as (
    -- An outcome says of whom and of what its intent says.
    select d.i, d.is_write, d.is_intent, d.how, d.took,
           case when d.is_write and not d.is_intent then lag(d.who) over w else d.who end as who,
           case when d.is_write and not d.is_intent then lag(d.what) over w else d.what end as what,
           case when d.is_write and not d.is_intent then lag(d.where_) over w else d.where_ end as where_
    from drawn d window w as (order by d.i)
), said as (
    select p.*, floor(50 * who * who)::int as user_no, 'app-' || floor(40 * where_ * where_)::int as app,
           case when is_write then n.writes[1 + floor(10 * what * what)] else n.reads[1 + floor(20 * what * what)] end
               as action,
           now() - make_interval(secs => (1000000 - i) * 8.64) as at,
           case when is_write and is_intent then 'pending' when how < 0.002 then 'denied'
                when how < 0.02 then 'failed' when how < 0.025 then 'error' else 'success' end as status
    from paired p cross join names n
)
insert into audit.audit_event (
    chain_index, "timestamp", intent_index, api_token_id, key_id, http_status, response_time_ms, event_count,
    format, previous_hash, event_hash, phase, user_email, user_name, api_token_name, action_type, action,
    resource, resource_type, details, request_id, ip_address, user_agent, status, rbac_decision)
select i, at, case when is_write and not is_intent then i - 1 end,
       case when user_no % 5 = 0 then user_no end, 1,
       case status when 'success' then 200 when 'denied' then 403 when 'failed' then 404 when 'error' then 502 end,
       case when is_intent then 0 else 1 + floor(200 * took * took) end, 1, 1,
       case when i > 0 then sha256(int8send(i - 1)) end, sha256(int8send(i)),
       case when not is_write then 'single' when is_intent then 'intent' else 'outcome' end,
       case when i in (1003, 5003, 9003) then 'rare@example.com' else 'person' || user_no || '@example.com' end, 'Person Number ' || user_no,
       case when user_no % 5 = 0 then 'pipeline-' || user_no end, 'convox', action,
       case when action ~ 'list' then 'all' else app end, split_part(action, '.', 1),
       '{"method":"' || case when is_write then 'POST' else 'GET' end || '","path":"/apps/' || app || '/'
           || split_part(action, '.', 1) || case when i = 1234 then '/needle-in-the-haystack' else '' end || '"}',
       upper(substr(encode(sha256(int8send(i / 2 * 2)), 'hex'), 1, 26)),
       ('203.0.113.' || user_no)::inet,
       case when user_no % 2 = 0 then 'convox.go/3.24.0' else 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' end,
       status, case status when 'pending' then 'allow' when 'denied' then 'deny' else 'allow' end
from said order by i;

update audit.head set next_index = 1000000, last_hash = sha256(int8send(999999));
vacuum analyze audit.audit_event;
