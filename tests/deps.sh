#!/bin/sh
# Installs those of the Debian packages named that are missing, and Node.js with npm where
# there is none (Debian's own, 18, is enough). Asks for root through sudo when needed.
set -eu

missing=
for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
        missing="$missing $package"
done
command -v node >/dev/null && command -v npm >/dev/null || missing="$missing nodejs npm"
[ -n "$missing" ] || exit 0

echo "installing:$missing"
root=
[ "$(id -u)" -eq 0 ] || root=sudo
$root apt-get update -qq
# shellcheck disable=SC2086
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
