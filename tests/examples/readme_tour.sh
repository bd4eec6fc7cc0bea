#!/bin/sh
# Runs the commands of README's five-minute tour as they stand there: every ```sh block of that section, in order, in one
# shell that stops at the first failure.
#   readme_tour.sh README WAYBILL
set -eu

readme=$1
program=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

awk '
  /^## / { inside = ($0 == "## Five-minute tour") }
  inside && /^```sh$/ { block = 1; next }
  /^```$/ { block = 0 }
  inside && block { print }
' "$readme" > "$work/tour.sh"
[ -s "$work/tour.sh" ] || {
  echo "no commands found in $readme" >&2
  exit 1
}

mkdir "$work/folder" "$work/bin"
ln -s "$program" "$work/bin/waybill"
cd "$work/folder"
PATH=$work/bin:$PATH HOME=$work GIT_CONFIG_GLOBAL=/dev/null XDG_CACHE_HOME=$work/cache sh -eux "$work/tour.sh"

# What the tour says: the second publish made no second commit.
[ "$(git -C site.git rev-list --count main)" = 1 ] || {
  echo 'the tour should make exactly one commit' >&2
  exit 1
}
