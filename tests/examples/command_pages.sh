#!/bin/sh
# The command pages in docs/cli are what the program writes now; './dev docs' writes them anew.
#   command_pages.sh DOCS_CLI WAYBILL
set -eu

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT INT TERM
"$2" manual --quiet --format markdown --output "$fresh"
diff -ru "$1" "$fresh" || {
  echo 'docs/cli is not what the program says: run ./dev docs' >&2
  exit 1
}
