#!/usr/bin/env bash
# Builds the solution once and runs every test project, from a fresh clone, on Debian with the .NET SDK.
#
#   ./test.sh                         everything
#   ./test.sh EndToEnd.Tests          one project
#   ./test.sh EndToEnd.Tests Readme   its tests whose full name contains a word
#
# The last line is the sum over all projects: "N passed, N failed, N skipped". The exit code is 0 only when
# something ran and nothing failed. A build that fails, a test host that dies and a project that leaves no
# results each count as one failure. With CI=true a missing tool is a failure, never a skipped test.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root" || exit 1

export DOTNET_CLI_TELEMETRY_OPTOUT=1
export DOTNET_NOLOGO=1
export DOTNET_CLI_UI_LANGUAGE=en
# Every test host would otherwise watch its configuration files, and inotify watches are few.
export DOTNET_HOSTBUILDER__RELOADCONFIGONCHANGE=false
# A build server that outlives the run would keep a runner waiting for the end of its output.
export MSBUILDDISABLENODEREUSE=1

configuration=Release
results="$root/TestResults"
passed=0
failed=0
skipped=0
failures=''

say() { printf '\n== %s\n' "$*"; }

finish() {
  if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
    echo "in CI nothing is skipped: $skipped tests count as failed" >&2
    failed=$((failed + skipped))
    skipped=0
  fi
  # Once more at the end, since who reads a run of thousands of tests from its end should see what failed and why.
  if [ -n "$failures" ]; then
    say 'what failed'
    printf '%s' "$failures"
  fi
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  if [ "$failed" -gt 0 ] || [ $((passed + failed)) -eq 0 ]; then exit 1; fi
  exit 0
}

give_up() {
  printf '%s\n' "$*" >&2
  failed=$((failed + 1))
  finish
}

# The tests start real processes: strace watches the syncs of the store, curl runs the README, PostgreSQL is the store
# of several nodes, NATS and RabbitMQ are what sources read from. The tests start servers of their own; none runs on its usual port.
install_tools() {
  local missing=()
  local tool
  for tool in strace curl; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  for tool in nats-server rabbitmq-server; do
    [ -x "/usr/sbin/$tool" ] || command -v "$tool" >/dev/null || missing+=("$tool")
  done
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
  [ "${#missing[@]}" -eq 0 ] && return

  say "installing ${missing[*]}"
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  export DEBIAN_FRONTEND=noninteractive
  # Debian's package would make a cluster and start it with the machine.
  local settings=/etc/postgresql-common/createcluster.d
  if [[ " ${missing[*]} " = *' postgresql '* ]] && [ ! -e "$settings" ]; then
    "${as_root[@]}" mkdir -p "$settings"
    echo 'create_main_cluster = false' | "${as_root[@]}" tee "$settings/no-main-cluster.conf" >/dev/null
  fi
  # Nor shall the brokers' packages start servers of their own.
  local policy=/usr/sbin/policy-rc.d installed=false ours=false
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null && "${as_root[@]}" chmod 755 "$policy" && ours=true
  fi
  if "${as_root[@]}" apt-get update -q && "${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"; then
    installed=true
  fi
  if [ "$ours" = true ]; then "${as_root[@]}" rm -f "$policy"; fi
  if [ "$installed" = true ]; then return; fi
  if [ "${CI:-}" = true ]; then give_up "cannot install: ${missing[*]}"; fi
  echo "cannot install ${missing[*]}: the tests that need them are reported as skipped" >&2
}

failed_tests() { # failed_tests TRX: the name of each, and the first lines of what it said
  awk '
    /<UnitTestResult / {
      failed = !/ outcome="(Passed|NotExecuted)"/
      if (failed && match($0, /testName="[^"]*"/)) print substr($0, RSTART + 10, RLENGTH - 11)
    }
    failed && /<Message>/ { lines = 1 }
    lines > 0 && lines <= 12 { text = $0; gsub(/<[^>]*>/, "", text); sub(/^ */, "    ", text); print text; lines++ }
    /<\/Message>/ { lines = 0 }
  ' "$1" | sed "s/&lt;/</g; s/&gt;/>/g; s/&quot;/\"/g; s/&#xD;//g; s/&#xA;/ /g; s/&amp;/\&/g"
}

# Counted test by test, so that no runner's summary line has to be trusted. In a trx file a test's name and
# output are escaped, so they can't look like a tag or an attribute.
add_results() { # add_results PROJECT EXIT-CODE TRX
  local project=$1 code=$2 trx=$3
  local outcomes='' total p s f
  if [ -s "$trx" ]; then outcomes=$(grep -o '<UnitTestResult [^>]*' "$trx" | grep -o ' outcome="[A-Za-z]*"'); fi
  total=$(grep -c . <<<"$outcomes")
  p=$(grep -c '"Passed"' <<<"$outcomes")
  s=$(grep -c '"NotExecuted"' <<<"$outcomes")
  f=$((total - p - s))
  if [ "$total" -eq 0 ] || { [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; }; then
    echo "$project: exit code $code, $total results, none of them failed: no tests, or a test host that died; counted as a failure"
    f=$((f + 1))
    failures+="$project: exit code $code, $total results"$'\n'
  elif [ "$f" -gt 0 ]; then
    failures+="$(failed_tests "$trx")"$'\n'
  fi
  printf '%s: %d passed, %d failed, %d skipped\n' "$project" "$p" "$f" "$s"
  passed=$((passed + p))
  failed=$((failed + f))
  skipped=$((skipped + s))
}

# Those of the solution, since nothing else is built.
test_projects() {
  local project
  grep -o '"[^"]*\.csproj"' GpuCredit.sln | tr -d '"' | tr '\\' / | sort | while IFS= read -r project; do
    if grep -q '<IsTestProject>true' "$project"; then echo "$project"; fi
  done
}

command -v dotnet >/dev/null || give_up "the .NET SDK is needed: dotnet is not on the path"
install_tools

only=${1:-}
filter=${2:-}
projects=()
while IFS= read -r project; do
  name=$(basename "$project" .csproj)
  if [ -z "$only" ] || [ "$only" = "$name" ]; then projects+=("$project"); fi
done < <(test_projects)
for project in tests/*/*.Tests.csproj; do
  grep -qx "$project" <<<"$(test_projects)" || give_up "$project isn't a test project of GpuCredit.sln, so its tests would never run"
done
[ "${#projects[@]}" -gt 0 ] || give_up "no such test project: $only"

say "building ($configuration)"
if [ -z "$only" ]; then what=GpuCredit.sln; else what=${projects[0]}; fi
dotnet build "$what" -c "$configuration" -v quiet --nologo || give_up "the build failed"

rm -rf "$results"
for project in "${projects[@]}"; do
  name=$(basename "$project" .csproj)
  say "$name"
  arguments=(--no-build -c "$configuration" --nologo
    --results-directory "$results/$name" --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal"
    --blame-hang-timeout 10m --blame-hang-dump-type none)
  if [ -n "$filter" ]; then arguments+=(--filter "FullyQualifiedName~$filter"); fi
  dotnet test "$project" "${arguments[@]}" </dev/null
  add_results "$name" $? "$results/$name/$name.trx"
done

finish
