#!/usr/bin/env bash
# Breaks the ledger, the accounts, or how they wake from the event store, in one place at a time, and expects their tests to notice.
#
#   tests/mutants/run.sh              every mutant
#   tests/mutants/run.sh 01 stops     those whose name contains one of the words
#
# A mutant is a patch against the tree; its first line says what it breaks. A patch that no longer applies, or no longer
# compiles, fails the run: a mutant that isn't planted proves nothing. Prints mutant → first test that caught it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
deadline=${MUTANT_DEADLINE_SECONDS:-300}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Three places to break things in: the ledger alone, which is built and tested in seconds, the whole room that it stands in, and the Host.
project_of() { # place: whose sources are broken there
    if [ "$1" = host ]; then echo Host; else echo CreditActors; fi
}

fill() { # place: the files that builds need
    local place=$work/$1 tests
    tests=$place/tests/$(project_of "$1").Tests
    mkdir -p "$place"
    for file in Directory.Build.props Directory.Packages.props BannedSymbols.txt global.json NuGet.config nuget.config; do
        if [ -f "$root/$file" ]; then cp "$root/$file" "$place/"; fi
    done
    mkdir -p "$place/src/CreditActors" "$place/pristine" "$tests/bin/Release/net10.0"
    # Where the project copies it from, and where it is wanted: one of the two projects doesn't copy it.
    echo '{ "stopOnFail": true }' | tee "$tests/xunit.runner.json" > "$tests/bin/Release/net10.0/xunit.runner.json"
}

fill_ledger() {
    fill ledger
    cp "$here/alone/CreditActors.csproj" "$work/ledger/src/CreditActors/"
    cp "$here/alone/CreditActors.Tests.csproj" "$work/ledger/tests/CreditActors.Tests/"
    mkdir "$work/ledger/pristine/CreditActors"
    cp -r "$root/src/CreditActors/Ledger" "$work/ledger/pristine/CreditActors/"
    cp -r "$root/tests/CreditActors.Tests/Ledger" "$work/ledger/tests/CreditActors.Tests/"
}

fill_accounts() {
    fill accounts
    mkdir "$work/accounts/pristine/CreditActors" "$work/accounts/hocon"
    cp "$root/hocon/reference.conf" "$work/accounts/hocon/"
    cp "$root/src/CreditActors/CreditActors.csproj" "$work/accounts/src/CreditActors/"
    cp "$root/tests/CreditActors.Tests/CreditActors.Tests.csproj" "$work/accounts/tests/CreditActors.Tests/"
    for room in Ledger Protocol Accounts Sharding Serialization; do cp -r "$root/src/CreditActors/$room" "$work/accounts/pristine/CreditActors/"; done
    for room in Ledger Accounts Serialization Sharding; do cp -r "$root/tests/CreditActors.Tests/$room" "$work/accounts/tests/CreditActors.Tests/"; done
}

fill_host() {
    fill host
    tar -C "$root" --exclude=bin --exclude=obj -cf - hocon src/CreditActors src/Host src/Client/Protos tests/Host.Tests tests/Postgres | tar -C "$work/host" -xf -
    mkdir "$work/host/pristine/Host"
    cp -r "$root/src/Host/EventStore" "$work/host/pristine/Host/"
}

plant() { # place [patch]: its sources as they are, and then the patch, if one is given
    local place=$work/$1 room
    for room in "$place"/pristine/*/*; do
        rm -rf "$place/src/${room#"$place/pristine/"}"
        cp -r "$room" "$place/src/${room#"$place/pristine/"}"
    done
    if [ $# -eq 2 ]; then (cd "$place" && GIT_CEILING_DIRECTORIES=$place git apply "$2"); fi
}

build() { # place project [arguments]
    dotnet build "$work/$1/$2" -c Release -v q -nologo -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false -p:TreatWarningsAsErrors=false \
        -p:GenerateDocumentationFile=false "${@:3}" > "$work/build.log" 2>&1 || { cat "$work/build.log"; return 1; }
}

verdict() { # place: prints the first test that failed; nothing when all pass
    local status=0 filter tests
    tests=$(project_of "$1").Tests
    case $1 in ledger) filter=Tests.Ledger ;; accounts) filter=Tests.Accounts ;; host) filter=Tests.EventStore.Wak ;; esac
    timeout "$deadline" dotnet test "$work/$1/tests/$tests/bin/Release/net10.0/$tests.dll" \
        --filter "FullyQualifiedName~$filter" --logger "console;verbosity=quiet" > "$work/test.log" 2>&1 || status=$?
    if [ $status -eq 124 ]; then echo "(no end within $deadline s)"; return; fi
    if [ $status -ne 0 ]; then
        grep -m1 '\[FAIL\]' "$work/test.log" | sed -E 's/^\[xUnit\.net [0-9:.]+\] +//; s/ \[FAIL\]$//; s/^(CreditActors|Host)\.Tests\.(Ledger|Accounts|EventStore)\.//' \
            || { cat "$work/test.log" >&2; echo "the tests did not run" >&2; exit 2; }
    fi
}

place_of() { # patch: where it is planted
    if grep -q '^+++ b/src/Host/' "$1"; then echo host
    elif grep '^+++ ' "$1" | grep -qv '^+++ b/src/CreditActors/Ledger/'; then echo accounts
    else echo ledger; fi
}

ready() { # place: filled, built and found to be without a fault, once
    if [ -d "$work/$1" ]; then return; fi
    "fill_$1"
    plant "$1"
    build "$1" "tests/$(project_of "$1").Tests" || exit 2
    caught=$(verdict "$1")
    if [ -n "$caught" ]; then echo "The tests fail without any mutant: $caught"; exit 2; fi
}

wanted() {
    local name=$1; shift
    [ $# -eq 0 ] && return 0
    for word in "$@"; do [[ $name == *"$word"* ]] && return 0; done
    return 1
}

survivors=0
echo "| mutant | caught by |"
echo "| --- | --- |"
for patch in "$here"/*.patch; do
    name=$(basename "$patch" .patch)
    wanted "$name" "$@" || continue
    place=$(place_of "$patch")
    ready "$place"
    plant "$place" "$patch" || { echo "$name no longer applies"; exit 2; }
    project=$(project_of "$place")
    build "$place" "src/$project" --no-restore -p:BuildProjectReferences=false || { echo "$name no longer compiles"; exit 2; }
    cp "$work/$place/src/$project/bin/Release/net10.0/"*"$project.dll" "$work/$place/tests/$project.Tests/bin/Release/net10.0/"
    caught=$(verdict "$place")
    if [ -z "$caught" ]; then survivors=$((survivors + 1)); caught="**survived**"; fi
    echo "| $name | $caught |"
done
if [ $survivors -ne 0 ]; then echo "$survivors survived"; exit 1; fi
