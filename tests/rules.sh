#!/usr/bin/env bash
# The rules of the house that no compiler checks. Each prints what breaks it and why it exists.
set -u
cd "$(dirname "$0")/.."
shopt -s lastpipe  # rule() at the end of a pipeline runs in this shell
failed=0

rule() {  # rule TEXT < offending lines
  local lines; lines=$(cat)
  if [ -n "$lines" ]; then
    printf 'rule broken: %s\n%s\n' "$1" "$lines" >&2
    failed=1
  fi
}

code() { git ls-files -co --exclude-standard -- "$@" | grep -E '\.(cpp|hpp)$' || true; }
grep_code() { local pattern=$1; shift; code "$@" | xargs -r grep -nE "$pattern" || true; }

# The arrows of design §3: which rooms a room may include.
declare -A may=(
  [base]=""
  [async]="base"
  [crypto]="base"
  [settings]="access base"
  [pg]="async base"
  [http]="async base"
  [access]="async base"
  [audit]="async base crypto"
  [identity]="access async base crypto"
  [mfa]="async base crypto identity"
  [outbound]="async audit base crypto identity"
  [rack]="access async base"
  [storage]="access async audit base crypto identity mfa pg rack"
  [api]="access async audit base crypto http identity mfa rack settings"
)
for room in "${!may[@]}"; do
  allowed=$(printf '%s|' "$room" ${may[$room]})
  grep_code '#include "rgw/' "libs/$room/include" "libs/$room/src" |
    grep -vE "#include \"rgw/(${allowed%|})/" | rule "libs/$room may include only: $room ${may[$room]}"
done

grep_code 'libpq-fe\.h' libs apps | grep -v '^libs/pg/src/' | rule "libpq appears in libs/pg/src only"
grep_code '#include <curl/' libs apps | grep -v '^libs/outbound/src/' | rule "libcurl appears in libs/outbound/src only"
grep_code '#include <pugixml' libs apps | grep -v '^libs/outbound/src/' | rule "pugixml appears in libs/outbound/src only"
grep_code '#include <qrencode' libs apps | grep -vE '^libs/mfa/(src|tests)/' | rule "libqrencode appears in libs/mfa only"
grep_code '#include <openssl' libs apps | grep -vE '^libs/(crypto|http)/(src|tests)/' | rule "OpenSSL stays behind libs/crypto and libs/http"
grep_code 'asio::detached' libs apps | rule "coroutines are spawned into a TaskGroup"
grep_code '(co_return|return|,|\() *co_await|if \(co_await|while \(co_await|\? *co_await' libs apps | rule "co_await stands alone (style §5)"
grep_code '\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|select|insert into|delete from)\b .*\$1' libs apps |
  grep -vE '^libs/(storage|pg)/' | rule "SQL lives in libs/storage and migrations/"
grep_code '\b(TODO|FIXME|XXX|HACK)\b' libs apps tests bench fuzz | rule "no TODO without an issue"
grep_code 'GTEST_SKIP|DISABLED_|EXPECT_TRUE\(true\)' libs apps tests | rule "every test runs and can fail"
code libs apps | grep -vE '/tests/' | xargs -r wc -l | awk '$2 != "total" && $1 > 400' | rule "a file over 400 lines has more than one subject"

# docs/weaknesses.md names tests; each must be there.
tests_there=$(code tests libs | xargs -r grep -hoE '^(TEST|TEST_F|TYPED_TEST_P)\([A-Za-z0-9_]+, *$|^(TEST|TEST_F|TYPED_TEST_P)\([A-Za-z0-9_]+, *[A-Za-z0-9_]+' |
  sed -E 's/^[A-Z_]+\(//; s/, */./')
grep -oE '`[A-Z][A-Za-z0-9]+\.[A-Z][A-Za-z0-9_]+`' docs/weaknesses.md | tr -d '`' | sort -u |
  grep -vxF -f <(printf '%s\n' "$tests_there") | rule "docs/weaknesses.md names a test that does not exist"

exit $failed
