#!/usr/bin/env bash
# Breaks the ledger in one place at a time, and expects its tests to notice.
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

for file in Directory.Build.props Directory.Packages.props BannedSymbols.txt global.json NuGet.config nuget.config; do
    if [ -f "$root/$file" ]; then cp "$root/$file" "$work/"; fi
done
ledger=$work/src/CreditActors
tests=$work/tests/CreditActors.Tests
mkdir -p "$ledger" "$tests"
cp "$here/alone/CreditActors.csproj" "$ledger/"
cp "$here/alone/CreditActors.Tests.csproj" "$tests/"
cp -r "$root/src/CreditActors/Ledger" "$work/pristine"
cp -r "$root/tests/CreditActors.Tests/Ledger" "$tests/"
echo '{ "stopOnFail": true }' > "$tests/xunit.runner.json"

plant() { # the ledger as it is, and then the patch, if one is given
    rm -rf "$ledger/Ledger"
    cp -r "$work/pristine" "$ledger/Ledger"
    if [ $# -eq 1 ]; then (cd "$work" && GIT_CEILING_DIRECTORIES=$work git apply "$1"); fi
}

build() { dotnet build "$1" -c Release -v q -nologo "${@:2}" > "$work/build.log" 2>&1 || { cat "$work/build.log"; return 1; }; }

verdict() { # prints the first test that failed; nothing when all pass
    local status=0
    timeout "$deadline" dotnet test "$tests/bin/Release/net10.0/CreditActors.Tests.dll" --logger "console;verbosity=quiet" > "$work/test.log" 2>&1 || status=$?
    if [ $status -eq 124 ]; then echo "(no end within $deadline s)"; return; fi
    if [ $status -ne 0 ]; then
        grep -m1 '\[FAIL\]' "$work/test.log" | sed -E 's/^\[xUnit\.net [0-9:.]+\] +//; s/ \[FAIL\]$//; s/^CreditActors\.Tests\.Ledger\.//' \
            || { cat "$work/test.log" >&2; echo "the tests did not run" >&2; exit 2; }
    fi
}

wanted() {
    local name=$1; shift
    [ $# -eq 0 ] && return 0
    for word in "$@"; do [[ $name == *"$word"* ]] && return 0; done
    return 1
}

plant
build "$tests" || exit 2
caught=$(verdict)
if [ -n "$caught" ]; then echo "The tests fail without any mutant: $caught"; exit 2; fi

survivors=0
echo "| mutant | caught by |"
echo "| --- | --- |"
for patch in "$here"/*.patch; do
    name=$(basename "$patch" .patch)
    wanted "$name" "$@" || continue
    plant "$patch" || { echo "$name no longer applies"; exit 2; }
    build "$ledger" --no-restore || { echo "$name no longer compiles"; exit 2; }
    cp "$ledger/bin/Release/net10.0/CreditActors.dll" "$tests/bin/Release/net10.0/"
    caught=$(verdict)
    if [ -z "$caught" ]; then survivors=$((survivors + 1)); caught="**survived**"; fi
    echo "| $name | $caught |"
done
if [ $survivors -ne 0 ]; then echo "$survivors survived"; exit 1; fi
