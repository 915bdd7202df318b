#!/bin/sh
# Fails on an include that points the wrong way, on a library included by more than one
# file, on SQL outside data/, and on a path out of the project.
set -u
cd "$(dirname "$0")/.." || exit 1
status=0

folders=
for folder in data tiles importers server; do
    [ -d "$folder" ] && folders="$folders $folder"
done

complain() {
    echo "layers: $1"
    echo "$2" | sed 's/^/    /'
    status=1
}

# layer FOLDER ALLOWED...: FOLDER may include only from the folders allowed.
layer() {
    folder=$1
    shift
    [ -d "$folder" ] || return 0
    pattern=$(echo "$@" | tr ' ' '|')
    wrong=$(grep -rnE '^#include "' "$folder" --include='*.[ch]' | grep -vE "#include \"($pattern)[/\"]")
    [ -z "$wrong" ] || complain "$folder/ may include only: $*" "$wrong"
}

layer data data
layer tiles tiles data
layer importers importers data
layer server/search server/search data
layer server/access server/access data server/http/swap.h
layer server/http server/http data
layer server/api server/api server/http server/search server/access data tiles importers

# library HEADER FILES: the header is included by just these.
library() {
    header=$1
    shift
    users=$(grep -rlE "^#include <$header" $folders --include='*.[ch]' | sort | tr '\n' ' ')
    [ "$users" = "$* " ] || complain "<$header...> belongs in: $*" "$users"
}

library sqlite3 data/db.c
library spatialite data/db.c
library jansson data/json_read.c
library csv data/csv.c
library microhttpd server/http/mhd.c
library gnutls server/http/tls.c
library sodium data/crypto.c
library liboath server/access/totp.c
library geodesic data/geo.c
library geos_c data/shape.c tiles/clip.c
library libdeflate tiles/gzip.c
library unicode/ data/names/fold.c data/names/romanise.c data/names/script.c \
    data/names/translit.c data/timezone.c
library microhttpd server/http/mhd.c

# shellcheck disable=SC2086
sql=$(grep -rnE '"(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|BEGIN) ' ${folders# data} --include='*.[ch]')
[ -z "$sql" ] || complain "SQL stands in data/ only" "$sql"

outside=$(grep -rnE '(\.\./shared|\.library|/work/)' . --include='*.[ch]' --include='*.def' \
    --include='*.mjs' --include='*.sql' --include='*.csv' --include='*.md' --include='*.json' \
    --exclude-dir=node_modules --exclude-dir=build --exclude-dir=.git)
[ -z "$outside" ] || complain "nothing points outside the project" "$outside"

[ $status -eq 0 ] && echo "layers: every include points the right way"
exit $status
