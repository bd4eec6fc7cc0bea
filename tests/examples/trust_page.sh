#!/bin/sh
# Runs the commands of docs/trust.md as they stand there: every ```sh block, in order, in one shell that stops at the first
# failure. A line that begins with '!' has to fail, which a shell by itself does not insist on.
#   trust_page.sh PAGE WAYBILL
set -eu

page=$1
program=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

awk '
  /^```sh$/ { block = 1; next }
  /^```$/ { block = 0 }
  block && /^! / { print "if " substr($0, 3) "; then exit 99; fi"; next }
  block { print }
' "$page" > "$work/page.sh"
[ -s "$work/page.sh" ] || {
  echo "no commands found in $page" >&2
  exit 1
}

mkdir "$work/folder" "$work/bin"
ln -s "$program" "$work/bin/waybill"
cd "$work/folder"
PATH=$work/bin:$PATH HOME=$work XDG_CACHE_HOME=$work/cache sh -eux "$work/page.sh"
