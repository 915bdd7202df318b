#!/bin/sh
# run.sh FUZZER SECONDS: first every input that is kept, then new ones for a while. New
# inputs go to build/, a crash is an input to keep in tests/fuzz/regression/NAME.
set -eu
fuzzer=$1
seconds=$2
name=$(basename "$fuzzer" | sed 's/^fuzz_//')
found=build/fuzz-found/$name
mkdir -p "$found"
kept=
for folder in "tests/fuzz/corpus/$name" "tests/fuzz/regression/$name"; do
    [ -d "$folder" ] && kept="$kept $folder"
done
echo "== $fuzzer"
# shellcheck disable=SC2086
"$fuzzer" -runs=0 $kept >"$found.log" 2>&1 || { cat "$found.log"; exit 1; }
# shellcheck disable=SC2086
"$fuzzer" -max_total_time="$seconds" -artifact_prefix="$found/" "$found" $kept \
    >"$found.log" 2>&1 || { tail -n 60 "$found.log"; exit 1; }
tail -n 1 "$found.log"
