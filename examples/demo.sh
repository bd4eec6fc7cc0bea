#!/bin/sh
# The main job on the embedded catalogue, with nothing but this machine: a bare repository as git remote, an OCI layout as
# registry, a throw-away key. WAYBILL names the program (default: the one in PATH). Everything lies in a temporary folder that is
# removed at the end.
set -eu

waybill=${WAYBILL:-waybill}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work"

# Nothing of the user's own configuration takes part, and a password is never asked for.
export WAYBILL_PASSWORD='' GIT_AUTHOR_NAME=Demo GIT_AUTHOR_EMAIL=demo@example.com
export GIT_COMMITTER_NAME=Demo GIT_COMMITTER_EMAIL=demo@example.com XDG_CACHE_HOME="$work/cache"
export GIT_CONFIG_GLOBAL=/dev/null

step() { printf '\n== %s\n' "$*"; }

step 'A git remote, a key pair'
git init --quiet --bare --initial-branch=main remote.git
"$waybill" keygen --quiet --output-prefix demo
echo 'remote.git, demo.key, demo.pub'

step 'The recipe: EKS, GB200, Ubuntu, training with Kubeflow'
"$waybill" recipe --service eks --accelerator gb200 --os ubuntu --intent training --platform kubeflow --output recipe.yaml
sed -n '/^componentRefs:/q;p' recipe.yaml

step 'The order: each wave waits until the one before it is healthy'
"$waybill" plan --recipe recipe.yaml

step 'Publish: render, commit, push, pack, sign, tag'
"$waybill" publish --recipe recipe.yaml --repo remote.git --path clusters/demo \
  --output oci-layout:registry:demo --key demo.key

step 'The commit'
git -C remote.git log --format='%h %s%n%b' --shortstat main

step 'Publish the same again: nothing is added'
"$waybill" publish --quiet --recipe recipe.yaml --repo remote.git --path clusters/demo \
  --output oci-layout:registry:demo --key demo.key

step 'Verify, offline'
"$waybill" verify oci-layout:registry:demo --key demo.pub

step 'Unpack, flip one byte, verify again'
"$waybill" pull oci-layout:registry:demo --output bundle
printf '\377' | dd of=bundle/apps/files/gpu-operator.yaml bs=1 seek=10 conv=notrunc 2>/dev/null
status=0
"$waybill" verify bundle --key demo.pub || status=$?
if [ "$status" -ne 4 ]; then
  echo "expected the changed bundle to be refused with exit status 4, got $status" >&2
  exit 1
fi
printf '\nThe changed bundle was refused (exit status 4). That was the main job.\n'
