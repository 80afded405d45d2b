#!/bin/sh
# Everything in bench/results/whales.md: a minute for each million of usages, some ten for each store of 20 million rows.
set -eu
cd "$(dirname "$0")/.."
dotnet build -c Release bench/StoreBench
for store in sqlite postgres; do
    for usages in 1000000 10000000; do
        dotnet run -c Release --no-build --project bench/StoreBench -- whale "$usages" "$store" --write
    done
    dotnet run -c Release --no-build --project bench/StoreBench -- startup 20000000 "$store" --write
done
