#!/usr/bin/env bash
# GpuCredit beside what its users would build instead, on one machine in one run: PostgreSQL functions, Redis with Lua, Orleans
# grains, and the append limits of PostgreSQL and SQLite. Each is checked against the law before it is measured and after every run.
#
#   bench/peers.sh [passes] [seconds] [--install] [--write] [options of PeerBench]
#
#   passes       3; the passes are interleaved, and the median counts
#   seconds      of each measurement; without it 4 to 7, by variant
#   --install    installs with apt what is missing (redis-server, postgresql); without it the script says so and stops
#   --write      puts the tables into bench/results/peers.md too: only from a quiet machine
#   --help       this; the options of PeerBench are --peers, --workloads, --histories, --tries, --quiet and --lines (bench/README.md)
#
# The servers are its own, in temporary folders (TMPDIR says where, and so which disk is measured), on ports of loopback. They end with it.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install=false write=false
arguments=()
for argument in "$@"; do
  case $argument in
    --install) install=true ;;
    --write) write=true ;;
    --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) arguments+=("$argument") ;;
  esac
done

missing=()
command -v redis-server >/dev/null || missing+=(redis-server)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$install" = false ]; then
    echo "Debian's packages are missing: ${missing[*]}. Install them (apt-get install --no-install-recommends ${missing[*]}), or run this with --install." >&2
    exit 2
  fi
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  # Nothing shall start by itself: no cluster with the machine, no server with the package.
  if [[ " ${missing[*]} " = *' postgresql '* ]] && [ ! -e /etc/postgresql-common/createcluster.d ]; then
    "${as_root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.d/no-main-cluster.conf >/dev/null
  fi
  policy=/usr/sbin/policy-rc.d ours=false
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    ours=true
  fi
  installed=0
  { "${as_root[@]}" apt-get update -q && DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"; } >&2 || installed=$?
  [ "$ours" = false ] || "${as_root[@]}" rm -f "$policy"
  [ "$installed" -eq 0 ] || exit "$installed"
fi

dotnet build bench/peers/PeerBench -c Release -v quiet --nologo >&2
tables=$(mktemp)
trap 'rm -f "$tables"' EXIT
code=0
dotnet bench/peers/PeerBench/bin/Release/net10.0/PeerBench.dll "${arguments[@]}" --commit "$(git rev-parse --short HEAD)" | tee "$tables" || code=$?
if [ "$write" = true ] && [ "$code" -eq 0 ]; then
  { echo '# GpuCredit and its peers'; echo; cat "$tables"; printf 'Redis %s, %s.\n' "$(redis-server --version | grep -o 'v=[^ ]*' | cut -c3-)" "$(date -u '+%-d %B %Y')"; } > bench/results/peers.md
fi
exit "$code"
