#!/bin/bash
# Stands for convox, docker and aws on the PATH of tests/deploy/database_page_itest.cpp: writes down how it
# was called and runs, of what these run elsewhere, the real program here. It refuses what it does not know.
set -euo pipefail
tool=$(basename "$0")
echo "$tool $*" >>"$SHIM_CALLS"

refuse() {
  echo "$tool: nobody checks: $*" >&2
  exit 97
}

case "$tool $*" in
  "docker exec rack-gateway "*) exec "${@:3}" ;;
  "docker compose -f "*" up "*) test -s "$3" ;;
  "convox run gateway -a rack-gateway -- "*) exec "${@:6}" ;;
  "convox logs -a rack-gateway --filter "*) grep -- "$5" "$GATEWAY_LOG" ;;
  "convox resources create postgres --name gateway-db") ;;
  "convox resources link gateway-db -a rack-gateway") ;;
  "convox resources info gateway-db") ;;
  "convox env set "*)
    # Each must be a setting of ours.
    for assignment in "${@:3}"; do
      case $assignment in
        -a | rack-gateway) ;;
        *=*) grep -q "^| \`${assignment%%=*}\` |" "$SETTINGS_PAGE" || refuse "$assignment" ;;
        *) refuse "$assignment" ;;
      esac
    done
    ;;
  "aws rds restore-db-instance-"*" --"*) ;;
  *) refuse "$*" ;;
esac
