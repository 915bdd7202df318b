#!/bin/sh
# run.sh FUZZER SECONDS: first every input that is kept, then new ones for a while. New
# inputs go to build/fuzz-found/NAME, a crash beside it: once it is mended, it is an input
# to keep in tests/fuzz/regression/NAME. One that takes ten seconds or 1.5 GB is a crash.
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
limits="-timeout=10 -rss_limit_mb=1500 -artifact_prefix=$found."
[ -f "tests/fuzz/dict/$name.dict" ] && limits="$limits -dict=tests/fuzz/dict/$name.dict"
echo "== $fuzzer"
# shellcheck disable=SC2086
"$fuzzer" -runs=0 $limits $kept >"$found.log" 2>&1 || { cat "$found.log"; exit 1; }
# shellcheck disable=SC2086
"$fuzzer" -max_total_time="$seconds" $limits "$found" $kept >"$found.log" 2>&1 ||
    { tail -n 60 "$found.log"; exit 1; }
grep DONE "$found.log"
