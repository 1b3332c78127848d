#!/usr/bin/env bash
# ./dev bench [NAME…]: the measured table. Everything runs on this machine, in one run; quote medians and ratios.
. "$(dirname "$0")/lib.sh"
NAMES=${*:-plain audited appender producers upload download sessions logins api start audit_list masking year}

bench_plain() {
  say "plain proxying: nginx and the gateway's pipeline (audit store stubbed), 64 connections, in turn"
  start_nginx
  start plain "$BIN/bench/plain_gateway" --origin "http://127.0.0.1:$ORIGIN_PORT" --port-file "$WORK/plain.port" --token-file "$WORK/plain.token"
  wait_for test -s "$WORK/plain.port"
  local port token; port=$(cat "$WORK/plain.port"); token=$(cat "$WORK/plain.token")
  local bare; bare=$(free_port)
  start bare "$BIN/libs/http/http_proxy_demo" "$bare" "http://127.0.0.1:$ORIGIN_PORT" 2
  wait_for curl -fsS "http://127.0.0.1:$bare/apps"
  : >"$WORK/a"; : >"$WORK/b"; : >"$WORK/c"; : >"$WORK/r"; : >"$WORK/s"
  for _ in $(seq "$ROUNDS"); do
    a=$(requests_per_second "http://127.0.0.1:$NGINX_PORT/apps"); b=$(requests_per_second "http://127.0.0.1:$port/api/v1/rack-proxy/apps" "Authorization: Bearer $token")
    c=$(requests_per_second "http://127.0.0.1:$bare/apps")
    echo "$a" >>"$WORK/a"; echo "$b" >>"$WORK/b"; echo "$c" >>"$WORK/c"
    ratio "$b" "$a" >>"$WORK/r"; echo >>"$WORK/r"; ratio "$c" "$a" >>"$WORK/s"; echo >>"$WORK/s"
  done
  report "nginx proxy_pass" "$(median <"$WORK/a")" req/s -
  report "gateway's HTTP layer alone (listener, session, upstream)" "$(median <"$WORK/c")" req/s -
  report "  against nginx, round by round" "$(grep . "$WORK/s" | median)" × 0.9
  report "gateway, authenticated and authorised, audit stubbed" "$(median <"$WORK/b")" req/s -
  report "  against nginx, round by round" "$(grep . "$WORK/r" | median)" × 0.9
}

bench_audited() {
  say "authenticated, authorised, durably audited GET /apps, 64 connections (fsync on)"
  [ -n "${ORIGIN_PORT:-}" ] || start_nginx
  [ -n "${DATABASE_URL:-}" ] || start_database
  start_gateway "http://127.0.0.1:$ORIGIN_PORT"
  : >"$WORK/a"
  for _ in $(seq "$ROUNDS"); do requests_per_second "http://127.0.0.1:$GATEWAY_PORT/api/v1/rack-proxy/apps" "Authorization: Bearer $TOKEN" >>"$WORK/a"; done
  report "audited GET /apps" "$(median <"$WORK/a")" req/s 6000
  p50_ms "http://127.0.0.1:$ORIGIN_PORT/apps" >"$WORK/direct"
  p50_ms "http://127.0.0.1:$GATEWAY_PORT/api/v1/rack-proxy/apps" "Authorization: Bearer $TOKEN" >"$WORK/through"
  "$BIN/bench/appender_bench" --seconds 3 --producers 1 2>/dev/null | awk '/p50_ms/ {print $2}' >"$WORK/commit"
  report "one call at a time, p50, through the gateway" "$(cat "$WORK/through")" ms -
  report "  of it a durable append alone" "$(cat "$WORK/commit")" ms -
  report_below "  added by everything but the commit" "$(awk -v a="$(cat "$WORK/through")" -v b="$(cat "$WORK/commit")" -v c="$(cat "$WORK/direct")" 'BEGIN {print a - b - c}')" ms 0.3
  "$BIN/apps/gateway/rack-gateway-api" audit verify | head -1
  stop_gateway
}

bench_appender() {
  say "durable appends, 100 producers, one writer (fsync on)"
  [ -n "${DATABASE_URL:-}" ] || start_database
  : >"$WORK/a"
  for _ in $(seq "$ROUNDS"); do "$BIN/bench/appender_bench" --seconds "$SECONDS_EACH" --producers 100 >"$WORK/app.txt"; cat "$WORK/app.txt" >&2; awk '/events_per_second/ {print $2}' "$WORK/app.txt" >>"$WORK/a"; done
  report "durable audit appends" "$(median <"$WORK/a")" events/s 24000
}

# Two replicas are two processes that share one log.
bench_producers() {
  say "durable appends and their waits: 1, 16, 256 producers on one writer; two replicas of 128 each (fsync on)"
  [ -n "${DATABASE_URL:-}" ] || start_database
  figure() { awk -v key="$2" '$1 == key {print $2}' "$1"; }
  local producers
  for producers in 1 16 256; do
    : >"$WORK/a"; : >"$WORK/b"; : >"$WORK/c"
    for _ in $(seq "$ROUNDS"); do
      "$BIN/bench/appender_bench" --seconds "$SECONDS_EACH" --producers "$producers" >"$WORK/app.txt"
      figure "$WORK/app.txt" events_per_second >>"$WORK/a"; figure "$WORK/app.txt" p99_ms >>"$WORK/b"
      ratio "$(figure "$WORK/app.txt" p99_ms)" "$(figure "$WORK/app.txt" commit_ms)" >>"$WORK/c"; echo >>"$WORK/c"
    done
    report "durable appends, $producers producers" "$(median <"$WORK/a")" events/s -
    report "  wait p99" "$(median <"$WORK/b")" ms -
    report_below "  wait p99 in commits" "$(grep . "$WORK/c" | median)" commits 3
  done
  : >"$WORK/a"; : >"$WORK/b"
  for _ in $(seq "$ROUNDS"); do
    "$BIN/bench/appender_bench" --seconds "$SECONDS_EACH" --producers 128 >"$WORK/one.txt" & local one=$!
    "$BIN/bench/appender_bench" --seconds "$SECONDS_EACH" --producers 128 >"$WORK/other.txt"
    wait "$one"
    awk '$1 == "events_per_second" {sum += $2} END {print sum}' "$WORK/one.txt" "$WORK/other.txt" >>"$WORK/a"
    awk '$1 == "p99_ms" && $2 > most {most = $2} END {print most}' "$WORK/one.txt" "$WORK/other.txt" >>"$WORK/b"
  done
  report "durable appends, two replicas with 128 producers each" "$(median <"$WORK/a")" events/s -
  report "  wait p99, the slower of the two" "$(median <"$WORK/b")" ms -
}

rss_kib() { awk '/VmRSS/ {print $2}' "/proc/$1/status"; }

bench_upload() {
  say "2 GiB upload: direct, nginx (buffering off), gateway; and the gateway's memory"
  start_sim
  start_nginx
  [ -n "${DATABASE_URL:-}" ] || start_database
  start_gateway "http://127.0.0.1:$SIM_PORT"
  truncate -s 2G "$WORK/large"
  local path=/apps/shop/objects/tmp/large.tgz
  put() { curl -fsS -o /dev/null -w '%{speed_upload}\n' -H 'Expect:' -H 'Content-Type: application/octet-stream' -X POST -T "$WORK/large" "$@" | awk '{print $1 / 1048576}'; }
  put -u "convox:$TOKEN" "http://127.0.0.1:$GATEWAY_PORT/api/v1/rack-proxy$path" >/dev/null
  : >"$WORK/a"; : >"$WORK/b"; : >"$WORK/c"; : >"$WORK/rss"
  local before; before=$(rss_kib "$GATEWAY_PID")
  for _ in $(seq "$ROUNDS"); do
    put -u convox:bench-rack-token "http://127.0.0.1:$SIM_PORT$path" >>"$WORK/a"
    put -u convox:bench-rack-token "http://127.0.0.1:$((NGINX_PORT + 1))$path" >>"$WORK/b"
    (while sleep 0.1; do rss_kib "$GATEWAY_PID"; done >>"$WORK/rss") & local sampler=$!
    put -u "convox:$TOKEN" "http://127.0.0.1:$GATEWAY_PORT/api/v1/rack-proxy$path" >>"$WORK/c"
    kill "$sampler"; wait "$sampler" 2>/dev/null || true
  done
  report "upload, direct to the rack" "$(median <"$WORK/a")" MiB/s -
  report "upload, nginx with buffering off" "$(median <"$WORK/b")" MiB/s -
  report "upload, gateway" "$(median <"$WORK/c")" MiB/s -
  report "  against nginx" "$(ratio "$(median <"$WORK/c")" "$(median <"$WORK/b")")" × 1.5
  local peak; peak=$(sort -n "$WORK/rss" | tail -1)
  report_below "  memory grown while uploading" "$(awk -v a="$peak" -v b="$before" 'BEGIN {print (a - b) / 1024}')" MiB 16
  stop_gateway
}

bench_download() {
  say "2 GiB download: direct, nginx (buffering off), gateway"
  [ -n "${SIM_PORT:-}" ] || start_sim
  start_nginx
  [ -n "${DATABASE_URL:-}" ] || start_database
  start_gateway "http://127.0.0.1:$SIM_PORT"
  local path=/apps/shop/objects/sized-2147483648
  get() { curl -fsS -o /dev/null -w '%{speed_download}\n' "$@" | awk '{print $1 / 1048576}'; }
  : >"$WORK/a"; : >"$WORK/b"; : >"$WORK/c"
  for _ in $(seq "$ROUNDS"); do
    get -u convox:bench-rack-token "http://127.0.0.1:$SIM_PORT$path" >>"$WORK/a"
    get -u convox:bench-rack-token "http://127.0.0.1:$((NGINX_PORT + 1))$path" >>"$WORK/b"
    get -u "convox:$TOKEN" "http://127.0.0.1:$GATEWAY_PORT/api/v1/rack-proxy$path" >>"$WORK/c"
  done
  report "download, direct from the rack" "$(median <"$WORK/a")" MiB/s -
  report "download, nginx with buffering off" "$(median <"$WORK/b")" MiB/s -
  report "download, gateway" "$(median <"$WORK/c")" MiB/s -
  report "  against nginx" "$(ratio "$(median <"$WORK/c")" "$(median <"$WORK/b")")" × 1.5
  stop_gateway
}

bench_sessions() {
  local idle=${IDLE_SESSIONS:-10000}
  ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
  local most=$((($(ulimit -n) - 500) / 2))  # a session takes two descriptors of the gateway
  [ "$idle" -le "$most" ] || idle=$most
  say "WebSocket sessions: $idle idle ones, round trips and a stream, direct and through the gateway"
  start_sim
  [ -n "${DATABASE_URL:-}" ] || start_database
  start_gateway "http://127.0.0.1:$SIM_PORT"
  local exec=/apps/shop/processes/web-1/exec through; through=/api/v1/rack-proxy$exec
  : >"$WORK/a"; : >"$WORK/b"; : >"$WORK/c"; : >"$WORK/d"
  for _ in $(seq "$ROUNDS"); do
    "$BIN/bench/session_load" rtt "$SIM_PORT" "$exec" bench-rack-token 20000 | awk '/p50/ {print $2}' >>"$WORK/a"
    "$BIN/bench/session_load" rtt "$GATEWAY_PORT" "$through" "$TOKEN" 20000 | awk '/p50/ {print $2}' >>"$WORK/b"
    "$BIN/bench/session_load" stream "$SIM_PORT" "$exec" bench-rack-token 1073741824 | awk '{print $2}' >>"$WORK/c"
    "$BIN/bench/session_load" stream "$GATEWAY_PORT" "$through" "$TOKEN" 1073741824 | awk '{print $2}' >>"$WORK/d"
  done
  report "exec round trip p50, direct" "$(median <"$WORK/a")" us -
  report "exec round trip p50, gateway" "$(median <"$WORK/b")" us -
  report "stream in 4 KiB frames, direct" "$(median <"$WORK/c")" MiB/s -
  report "stream in 4 KiB frames, gateway" "$(median <"$WORK/d")" MiB/s -
  report "  against direct" "$(ratio "$(median <"$WORK/d")" "$(median <"$WORK/c")")" × -
  local before; before=$(rss_kib "$GATEWAY_PID")
  mkfifo "$WORK/hold"
  "$BIN/bench/session_load" idle "$GATEWAY_PORT" "$through" "$TOKEN" "$idle" <"$WORK/hold" >"$WORK/idle.txt" & local holder=$!
  exec 7>"$WORK/hold"
  for _ in $(seq 1200); do grep -q open "$WORK/idle.txt" && break; kill -0 "$holder" || break; sleep 0.1; done
  grep open "$WORK/idle.txt" >&2
  sleep 2
  report_below "idle WebSocket through the gateway, $idle held" "$(awk -v a="$(rss_kib "$GATEWAY_PID")" -v b="$before" -v n="$idle" 'BEGIN {print (a - b) / n}')" KiB 12
  exec 7>&-; wait "$holder" || true
  stop_gateway
}

bench_logins() {
  say "sign-ins through the real OpenID provider (Node.js, on the same two cores), 8 people at once"
  [ -n "${DATABASE_URL:-}" ] || start_database
  : >"$WORK/a"; : >"$WORK/b"
  for _ in $(seq "$ROUNDS"); do
    RGW_TEST_DATABASE_URL=$DATABASE_URL "$BIN/bench/login_load" "$SECONDS_EACH" 8 >"$WORK/logins.txt"
    awk '/logins_per_second/ {print $2}' "$WORK/logins.txt" >>"$WORK/a"
    awk '/gateway_ms/ {print $2}' "$WORK/logins.txt" >>"$WORK/b"
  done
  report "sign-ins, provider included" "$(median <"$WORK/a")" /s -
  report "  processor time of the gateway for one" "$(median <"$WORK/b")" ms -
}

bench_api() {
  say "calls of the gateway's own API with a session, 64 connections"
  [ -n "${ORIGIN_PORT:-}" ] || start_nginx
  [ -n "${DATABASE_URL:-}" ] || start_database
  export OIDC_ISSUER=http://127.0.0.1:9 OIDC_CLIENT_ID=bench OIDC_CLIENT_SECRET=bench DEV_MODE=true RGW_SETTING_MFA_REQUIRE_ALL_USERS=false
  start_gateway "http://127.0.0.1:$ORIGIN_PORT"
  local session=sssssssssssssssssssssssssssssssssssssssssss
  psql -Xq -d "$DATABASE_URL" -c "insert into user_sessions (user_id, token_hash, expires_at, absolute_expires_at)
    select id, encode(sha256('$session'), 'hex'), now() + '5 min', now() + '1 h' from users limit 1 on conflict do nothing"
  for path in info settings users; do
    : >"$WORK/a"
    for _ in $(seq "$ROUNDS"); do requests_per_second "http://127.0.0.1:$GATEWAY_PORT/api/v1/$path" "Authorization: Bearer $session" >>"$WORK/a"; done
    report "GET /$path" "$(median <"$WORK/a")" req/s -
  done
  stop_gateway
  unset OIDC_ISSUER OIDC_CLIENT_ID OIDC_CLIENT_SECRET DEV_MODE RGW_SETTING_MFA_REQUIRE_ALL_USERS
}

bench_start() {
  say "start to ready on a migrated database, idle memory"
  [ -n "${ORIGIN_PORT:-}" ] || start_nginx
  [ -n "${DATABASE_URL:-}" ] || start_database
  start_gateway "http://127.0.0.1:$ORIGIN_PORT"; stop_gateway
  : >"$WORK/a"
  for _ in $(seq "$ROUNDS"); do
    rm -f "$RGW_PORT_FILE"
    local from; from=$(date +%s%N)
    start gateway "$BIN/apps/gateway/rack-gateway-api"; GATEWAY_PID=${PIDS[-1]}
    until [ -s "$RGW_PORT_FILE" ] && curl -fsS "http://127.0.0.1:$(head -1 "$RGW_PORT_FILE")/api/v1/health/ready" >/dev/null 2>&1; do sleep 0.005; done
    echo $((($(date +%s%N) - from) / 1000000)) >>"$WORK/a"
    sleep 1; rss_kib "$GATEWAY_PID" >"$WORK/idle"
    stop_gateway
  done
  report_below "start to ready" "$(median <"$WORK/a")" ms 300
  report_below "idle memory" "$(awk '{print $1 / 1024}' "$WORK/idle")" MiB 40
}

bench_audit_list() {
  say "the audit log read in pages: a million events"
  [ -n "${DATABASE_URL:-}" ] || start_database
  psql -Xq -d "$DATABASE_URL" -c 'create database audit_list'
  local url=${DATABASE_URL/dbname=postgres/dbname=audit_list}
  DATABASE_URL=$url "$BIN/bench/audit_list" --migrate
  psql -Xq -v ON_ERROR_STOP=1 -d "$url" -f bench/audit_events.sql >/dev/null
  DATABASE_URL=$url "$BIN/bench/audit_list" >"$WORK/list.txt"
  cat "$WORK/list.txt" >&2
  local name p50 rate
  while read -r name _ p50 _; do report_below "audit list, $name, p50" "$p50" ms 50; done < <(grep p50_ms "$WORK/list.txt")
  while read -r name rate _; do report "audit $name" "$rate" lines/s -; done < <(grep lines/s "$WORK/list.txt")
}

bench_year() {
  local days=${YEAR_DAYS:-365} api="$BIN/apps/gateway/rack-gateway-api"
  say "a year of 10,000 events a day: written, measured, read, verified, pruned ($days days)"
  [ -n "${ORIGIN_PORT:-}" ] || start_nginx
  [ -n "${DATABASE_URL:-}" ] || start_database
  psql -Xq -d "$DATABASE_URL" -c 'create database year'
  local server=$DATABASE_URL
  export DATABASE_URL=${DATABASE_URL/dbname=postgres/dbname=year}
  one() { psql -XqAt -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -c "$1"; }
  bytes() { one "select sum(pg_total_relation_size(format('audit.%I', n)::regclass)) from unnest(string_to_array('$1', ' ')) n"; }
  seconds() { local from; from=$(date +%s%N); "$@" >"$WORK/verify.txt"; awk -v a="$from" -v b="$(date +%s%N)" 'BEGIN {print (b - a) / 1e9}'; }
  of() { awk -v n="$1" -v column="$2" '$1 == n {print $column}' "$WORK/year.txt"; }

  "$BIN/bench/year" fill --days "$days" >"$WORK/year.txt"
  local events; events=$(of events 2)
  report "written through the real appender" "$(of events_per_second 2)" events/s 20000
  psql -Xq -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -f bench/year_age.sql
  one 'vacuum (freeze, analyze) audit.audit_event' && one 'vacuum full audit.checkpoint'
  report_below "an event on disk, all indexes" "$(awk -v a="$(bytes audit_event)" -v b="$events" 'BEGIN {print a / b}')" bytes 512
  report "  the whole log's tables" "$(awk -v a="$(bytes 'audit_event checkpoint subtree head open_intent')" 'BEGIN {print a / 1e9}')" GB -
  report "  a checkpoint, of which the last 30 days keep 8,640 a day at most" "$(one "select pg_total_relation_size('audit.checkpoint') / count(*) from audit.checkpoint")" bytes -

  "$BIN/bench/year" read >"$WORK/year.txt"
  cat "$WORK/year.txt" >&2
  report_below "list page, p50 over a mix of filters" "$(of lists 3)" ms 50
  report "  p99" "$(of lists 5)" ms -
  report_below "search page, p50 over a mix" "$(of searches 3)" ms 50
  report "  p99" "$(of searches 5)" ms -

  : >"$WORK/a"; : >"$WORK/b"
  "$api" audit export --output "$WORK/year.ndjson" 2>/dev/null
  for _ in $(seq "$ROUNDS"); do
    seconds "$api" audit verify --export "$WORK/year.ndjson" --checkpoint "$WORK/year.ndjson.checkpoints" >>"$WORK/a"
    seconds "$api" audit verify >>"$WORK/b"
  done
  report "verified from an export" "$(awk -v n="$events" -v t="$(median <"$WORK/a")" 'BEGIN {print n / t}')" events/s 200000
  report "verified from the database" "$(awk -v n="$events" -v t="$(median <"$WORK/b")" 'BEGIN {print n / t}')" events/s -
  rm "$WORK/year.ndjson"
  bench_start

  one 'update audit.retention set days = 90'
  "$BIN/bench/year" prune --days 90 >"$WORK/year.txt"
  report "removed by retention" "$(of pruned 2)" events -
  report "  in" "$(of prune_seconds 2)" s -
  report "  appends alone, p50" "$(of appends_alone 3)" ms -
  report "    p99" "$(of appends_alone 5)" ms -
  report "  appends meanwhile, p50" "$(of appends_meanwhile 3)" ms -
  report "    p99" "$(of appends_meanwhile 5)" ms -
  one 'vacuum (analyze) audit.audit_event'
  report "  the log's tables afterwards, room for new events included" "$(awk -v a="$(bytes 'audit_event checkpoint subtree kept_leaves')" 'BEGIN {print a / 1e9}')" GB -
  "$api" audit verify | head -1
  export DATABASE_URL=$server
}

bench_masking() {
  say "masking 500 releases of 100 variables each"
  "$BIN/bench/mask_releases" >"$WORK/masking.txt"
  cat "$WORK/masking.txt" >&2
  local name time cost
  while read -r name _ time _ cost; do
    report_below "masked, $name, p50" "$time" ms 5
    report_below "  of it processor time" "$cost" ms 5
  done < <(grep p50_ms "$WORK/masking.txt")
}

printf '%s, %s cores, %s\n' "$(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)" "$(nproc)" "$(date -u +%F)"
for name in $NAMES; do "bench_$name"; done
