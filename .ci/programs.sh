#!/usr/bin/env bash
# Brings the programs that some tests drive: a browser for the page, PostgreSQL for the second backend. Where this
# machine cannot have them, those tests are skipped and say so.
set -uo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Not here: ${missing[*]}. Their tests will be skipped." >&2
    exit 0
fi
echo "Installing ${missing[*]} for the tests." >&2
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null ||
    echo "Could not install ${missing[*]}. Their tests will be skipped." >&2
