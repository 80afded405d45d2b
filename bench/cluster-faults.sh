#!/usr/bin/env bash
# All faults in an order of chance, some at once, again and again, on a cluster of three Host processes and one PostgreSQL, under load, for as long as asked.
#
#   bench/cluster-faults.sh [minutes] [seed]      10 minutes, and a seed of the clock
#
# It runs the mix of tests/Cluster.Tests and prints its table, with what is needed to run it again. The judge is the tests':
# the exit code is 0 only when nothing acknowledged was lost, nothing counted twice and no answer was wrong.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
minutes=${1:-10}
seed=${2:-$((RANDOM * 32768 + RANDOM))}
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export GPUCREDIT_FAULTS_MINUTES=$minutes GPUCREDIT_FAULTS_SEED=$seed
GPUCREDIT_FAULTS_TABLE=$(mktemp -u)
export GPUCREDIT_FAULTS_TABLE
trap 'rm -f "$GPUCREDIT_FAULTS_TABLE"' EXIT

dotnet build tests/Cluster.Tests -c Release -v quiet --nologo
code=0
dotnet test tests/Cluster.Tests -c Release --no-build --nologo \
  --filter FullyQualifiedName~All_faults_in_an_order_of_chance --logger 'console;verbosity=detailed' || code=$?

printf '\n`bench/cluster-faults.sh %s %s`, commit %s, %s processors, PostgreSQL %s\n\n' \
  "$minutes" "$seed" "$(git rev-parse --short HEAD)" "$(nproc)" "$(psql --version 2>/dev/null | grep -o '[0-9][0-9.]*' | head -1)"
cat "$GPUCREDIT_FAULTS_TABLE" 2>/dev/null || echo "the run did not come to its end: see above"
exit "$code"
