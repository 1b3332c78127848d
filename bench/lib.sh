# Shared by the benchmarks: servers started here end here, medians of several rounds, ratios to a bar.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
BIN=$PWD/build/release
WORK=$(mktemp -d /tmp/rgw-bench-XXXXXX)
ROUNDS=${ROUNDS:-3}
SECONDS_EACH=${SECONDS_EACH:-5}
PIDS=()
export AUDIT_HMAC_SECRET=benchmark-audit-secret-0123456789abcdef

cleanup() {
  trap - EXIT INT TERM
  for pid in "${PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  if [ -n "${CLUSTER:-}" ]; then pg_cluster_stop "$CLUSTER"; fi
  rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

say() { printf '\033[1m▸ %s\033[0m\n' "$*" >&2; }

start() {  # start LOG COMMAND...
  local log=$1; shift
  "$@" >"$WORK/$log.out" 2>"$WORK/$log.err" &
  PIDS+=($!)
}

wait_for() {  # wait_for COMMAND...
  for _ in $(seq 150); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done
  echo "did not come up: $*" >&2; tail -5 "$WORK"/*.err >&2; exit 1
}

median() { sort -g | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }

# A line of the table: WHAT, FIGURE, UNIT, BAR (a number; figures at or above it pass; "-" for none).
report() {
  awk -v what="$1" -v figure="$2" -v unit="$3" -v bar="$4" 'BEGIN {
    if (bar == "-") printf "%-58s %12.2f %-10s\n", what, figure, unit;
    else printf "%-58s %12.2f %-10s bar %-9s ratio %.2f %s\n", what, figure, unit, bar, figure / bar, (figure >= bar ? "meets" : "MISSES") }'
}
# The same where less is better.
report_below() {
  awk -v what="$1" -v figure="$2" -v unit="$3" -v bar="$4" 'BEGIN {
    printf "%-58s %12.2f %-10s bar %-9s ratio %.2f %s\n", what, figure, unit, bar, figure / bar, (figure <= bar ? "meets" : "MISSES") }'
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }

requests_per_second() {  # requests_per_second URL [HEADER]: wrk, 64 keep-alive connections, one thread
  wrk -t1 -c64 -d"${SECONDS_EACH}s" ${2:+-H "$2"} "$1" >"$WORK/wrk.txt"
  if grep -q 'Non-2xx' "$WORK/wrk.txt"; then cat "$WORK/wrk.txt" >&2; exit 1; fi
  awk '/Requests\/sec/ {print $2}' "$WORK/wrk.txt"
}

p50_ms() {  # p50_ms URL [HEADER]: one connection
  wrk -t1 -c1 -d3s --latency ${2:+-H "$2"} "$1" | awk '/50%/ {
    n = $2; if (n ~ /us$/) { sub(/us/, "", n); n /= 1000 } else if (n ~ /ms$/) sub(/ms/, "", n); else { sub(/s/, "", n); n *= 1000 } print n }'
}

free_port() {  # two neighbours nobody listens on
  local port
  while port=$((20000 + RANDOM % 10000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || (exec 3<>"/dev/tcp/127.0.0.1/$((port + 1))") 2>/dev/null; do :; done
  echo "$port"
}

# nginx as the origin (a rack that answers at once) and as the peer that proxies to it.
start_nginx() {
  ORIGIN_PORT=$(free_port); NGINX_PORT=$(free_port)
  cat >"$WORK/nginx.conf" <<EOF
worker_processes 2; pid $WORK/nginx.pid; error_log $WORK/nginx.err warn; daemon off;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 100000000; client_max_body_size 0;
  client_body_temp_path $WORK/t1; proxy_temp_path $WORK/t2; fastcgi_temp_path $WORK/t3; uwsgi_temp_path $WORK/t4; scgi_temp_path $WORK/t5;
  upstream origin { server 127.0.0.1:$ORIGIN_PORT; keepalive 256; keepalive_requests 100000000; }
  server { listen 127.0.0.1:$ORIGIN_PORT reuseport;
    location / { default_type application/json; return 200 '[{"name":"shop","status":"running","release":"RABCDEFGHIJ","generation":"3","locked":false}]\n'; } }
  server { listen 127.0.0.1:$NGINX_PORT reuseport;
    location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_request_buffering off; } }
  server { listen 127.0.0.1:$((NGINX_PORT + 1)) reuseport;
    location / { proxy_pass http://127.0.0.1:${SIM_PORT:-1}; proxy_http_version 1.1; proxy_buffering off; proxy_request_buffering off; } }
}
EOF
  start nginx nginx -p "$WORK" -c "$WORK/nginx.conf"
  wait_for curl -fsS "http://127.0.0.1:$ORIGIN_PORT/apps"
}

start_database() {
  CLUSTER=$WORK/postgres
  . packaging/dev/postgres.sh
  DATABASE_URL=$(pg_cluster_start "$CLUSTER")
  export DATABASE_URL
}

start_sim() {
  start sim "$BIN/apps/rack-sim/rack-sim" --port-file "$WORK/sim.port" --password bench-rack-token
  wait_for test -s "$WORK/sim.port"
  SIM_PORT=$(cat "$WORK/sim.port")
}

start_gateway() {  # start_gateway RACK_URL
  export RACK_HOST=$1 RACK_TOKEN=bench-rack-token
  export ADMIN_USERS=admin@example.com LISTEN_ADDRESS=127.0.0.1 PORT=0 METRICS_PORT=0 RGW_PORT_FILE=$WORK/gateway.ports LOG_LEVEL=warn
  rm -f "$RGW_PORT_FILE"
  start gateway "$BIN/apps/gateway/rack-gateway-api"
  GATEWAY_PID=${PIDS[-1]}
  wait_for sh -c "test -s $RGW_PORT_FILE && curl -fsS http://127.0.0.1:\$(head -1 $RGW_PORT_FILE)/api/v1/health/ready"
  GATEWAY_PORT=$(head -1 "$RGW_PORT_FILE")
  TOKEN=$("$BIN/apps/gateway/rack-gateway-api" token create --email admin@example.com --role admin --name "bench-$RANDOM-$$")
}

stop_gateway() { kill -TERM "$GATEWAY_PID"; wait "$GATEWAY_PID" 2>/dev/null || true; }
