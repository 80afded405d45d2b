#!/usr/bin/env bash
# The long run of a source: entries late, shuffled, a tenth of them twice and one in a hundred bad, while the Host is killed, the
# broker restarted and connections cut; then the judge.
#
#   bench/sources.sh [nats|rabbitmq|kafka] [entries] [accounts] [seed]      nats, 200,000 entries over 2,000 accounts, a seed of the clock
#
# It runs the scenario of tests/Sources.Tests and prints its table, with what is needed to run it again. The exit code is 0 only when
# nothing was lost, no balance differs from the oracle's, and the dead letters are exactly the bad ones.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
kind=${1:-nats}
case $kind in
  nats) class=NatsChaosTests ;;
  rabbitmq) class=RabbitMqChaosTests ;;
  kafka) class=KafkaChaosTests ;;
  *) echo "the first argument must be nats, rabbitmq or kafka, and is \"$kind\"" >&2; exit 2 ;;
esac
export GPUCREDIT_SOURCES_ENTRIES=${2:-200000} GPUCREDIT_SOURCES_ACCOUNTS=${3:-2000} GPUCREDIT_SOURCES_SEED=${4:-$((RANDOM * 32768 + RANDOM))}
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
GPUCREDIT_SOURCES_TABLE=$(mktemp -u)
export GPUCREDIT_SOURCES_TABLE
log=$(mktemp)
trap 'rm -f "$GPUCREDIT_SOURCES_TABLE" "$log"' EXIT

dotnet build tests/Sources.Tests -c Release -v quiet --nologo
code=0
dotnet test tests/Sources.Tests -c Release --no-build --nologo --filter "FullyQualifiedName~$class" --logger 'console;verbosity=detailed' >"$log" || code=$?
[ "$code" -eq 0 ] || cat "$log"

printf '`bench/sources.sh %s %s %s %s`, commit %s, %s processors\n\n' \
  "$kind" "$GPUCREDIT_SOURCES_ENTRIES" "$GPUCREDIT_SOURCES_ACCOUNTS" "$GPUCREDIT_SOURCES_SEED" "$(git rev-parse --short HEAD)" "$(nproc)"
echo '| broker | sent | meanwhile | time | found |'
echo '| --- | --- | --- | ---: | --- |'
cat "$GPUCREDIT_SOURCES_TABLE" 2>/dev/null || echo "the run did not come to its end: see above"
exit "$code"
