#!/bin/sh
# Installs or upgrades this bundle with Helm and kubectl: README.md. POSIX sh.
set -u
program=deploy.sh
here=$(dirname -- "$0") && bundle=$(cd -- "$here" && pwd -P) || exit 3
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$bundle/common.sh"

switches='--dry-run --best-effort --no-verify --break-lock --no-wait --adopt'
valued='--jobs --retries --retry-pause --timeout --kubeconfig --context --report --logs'

usage() {
  cat <<'END'
usage: ./deploy.sh [OPTIONS]

Installs this bundle, or upgrades to it, in the order of its dependencies.

  --dry-run            print the commands and contact nothing
  --kubeconfig FILE    as for kubectl
  --context NAME       as for kubectl (default: its current context)
  --jobs N             steps at the same time (default 4)
  --timeout TIME       for each step (default: what the bundle says, else 10m)
  --no-wait            do not wait until what a step made is ready
  --retries N          how often a failed step is tried again (default 3)
  --retry-pause N      seconds before the first retry; the k-th waits k*k times as long, 120 s at most (default 5)
  --best-effort        after a failure go on with what does not depend on it
  --adopt              take over releases of the same names that no bundle made
  --no-verify          do not compare the files with checksums.txt
  --break-lock         go on although another run seems to be at work in this cluster
  --report FILE        write what became of each step, as JSON
  --logs FOLDER        keep the output of every step

Ends with 0: all done, 1: a step failed, 2: wrong option, 3: refused, nothing was installed, 4: --best-effort and a step
failed, 129, 130 or 143: interrupted.
END
}

# --- Before anything is changed ----------------------------------------------------------------------------------------

refuse_foreign_releases() {
  list_all_releases
  list_releases /dev/null --pending
  awk '{ for (i = 5; i <= NF; ++i) if ($i ~ /^pending-/) print $2 "/" $1, $i }' "$work/list" >"$work/pending"
  : >"$work/named"
  foreign=''
  for name in $order; do
    load_step "$name"
    [ "$kind" != kustomize ] || continue
    printf '%s/%s\n' "$space" "$step" >>"$work/named"
    if grep -qxF "$space/$step" "$work/all" && ! grep -qxF "$space/$step" "$work/ours"; then foreign="$foreign $space/$step"; fi
  done
  [ -z "$foreign" ] || [ -n "$adopt" ] ||
    fail "$exit_refused" "these releases are there and no bundle made them:$foreign (--adopt takes them over)"
}

tell_of_others() {
  sort "$work/named" | comm -13 - "$work/ours" >"$work/others"
  [ -s "$work/others" ] || return 0
  say
  say "releases that a bundle made and this one does not hold:"
  while IFS=/ read -r space name; do say "  helm uninstall $name --namespace $space"; done <"$work/others"
}

# Those that end cannot take anything; the others are made, or get the labels that the components ask for.
prepare_namespaces() {
  log=$work/namespaces.log
  while IFS=$tab read -r space labels; do
    [ -z "$dry_run" ] || continue
    phase=$(ask kubectl get namespace "$space" --ignore-not-found -o 'jsonpath={.status.phase}') ||
      fail "$exit_refused" "the namespace $space cannot be looked up"
    [ "$phase" != Terminating ] ||
      fail "$exit_refused" "the namespace $space is being deleted; try again when it is gone"
    printf '%s\n' "${phase:-none}" >"$work/phase.$space"
  done <"$work/namespaces"
  while IFS=$tab read -r space labels; do
    set -- "$owner_label"
    [ -n "$dry_run" ] || read -r phase <"$work/phase.$space"
    if [ -n "$dry_run" ] || [ "$phase" = none ]; then
      run kubectl create namespace "$space" || fail "$exit_refused" "the namespace $space cannot be made: $(tail -n 1 "$log")"
    else
      set --
    fi
    if [ "$labels" != - ]; then
      others=$labels,
      while [ -n "$others" ]; do
        set -- "$@" "${others%%,*}"
        others=${others#*,}
      done
    fi
    [ $# -eq 0 ] || run kubectl label namespace "$space" "$@" ||
      fail "$exit_refused" "the namespace $space cannot be labelled: $(tail -n 1 "$log")"
  done <"$work/namespaces"
}

# --- One step ----------------------------------------------------------------------------------------------------------

# A killed run leaves a release that Helm says is still being changed. Under the lock nobody changes it.
mend_pending() {
  [ ! -e "$work/mended.$step" ] || return 0
  pending=$(grep "^$space/$step " "$work/pending")
  [ -n "$pending" ] || return 0
  say "mends    $step, which an interrupted run left behind"
  : >"$work/mended.$step"
  case $pending in
  *' pending-install') run helm uninstall "$step" --namespace "$space" --timeout "$limit" ;;
  *) run helm rollback "$step" --namespace "$space" --timeout "$limit" ;;
  esac
}

install_release() {
  [ -n "$dry_run" ] || mend_pending || return 1
  case $kind in
  local) set -- "$root/$chart" ;;
  *)
    case $repository in
    oci://*) set -- "$repository/$chart" --version "$version" ;;
    *) set -- "$chart" --repo "$repository" --version "$version" ;;
    esac
    set -- "$@" --values "$root/$component/values.yaml"
    ;;
  esac
  [ "$waits" = no ] || set -- "$@" --wait
  run helm upgrade --install "$step" "$@" --namespace "$space" --timeout "$limit" \
    --labels "$owner_label,waybill.dev/component=$component,waybill.dev/bundle=$bundle_digest"
}

apply_kustomization() {
  run kubectl apply --server-side --field-manager=waybill --namespace "$space" --kustomize "$root/$chart" || return 1
  [ -z "$dry_run" ] || return 0
  selector=$owner_label,waybill.dev/component=$component
  found=$(ask kubectl get customresourcedefinitions --selector "$selector" -o name 2>>"$log") || return 1
  if [ -n "$found" ]; then
    run kubectl wait --for=condition=Established customresourcedefinitions --selector "$selector" "--timeout=$limit" ||
      return 1
  fi
  [ "$waits" = yes ] || return 0
  ask kubectl get deployments,daemonsets,statefulsets --all-namespaces --selector "$selector" \
    -o 'jsonpath={range .items[*]}{.kind}{"\t"}{.metadata.name}{"\t"}{.metadata.namespace}{"\n"}{end}' \
    >"$work/workloads.$step" 2>>"$log" || return 1
  while IFS=$tab read -r kind_of name_of space_of; do
    run kubectl rollout status "$kind_of/$name_of" --namespace "$space_of" "--timeout=$limit" || return 1
  done <"$work/workloads.$step"
}

try_step() {
  case $kind in
  kustomize) apply_kustomization ;;
  *) install_release ;;
  esac
}

work_on_step() {
  load_step "$1"
  # What follows needs definitions served, so those are always waited for.
  [ -z "$no_wait" ] || [ "$step" = "$component-definitions" ] || waits=no
  if [ -n "$dry_run" ]; then
    try_step
    return
  fi
  [ "$version" != - ] || version='' # of kustomizations and what lies in the bundle
  say "begins   $step${version:+ $version} in $space"
  persevere || return
  say "done     $step"
}

# --- All of them -------------------------------------------------------------------------------------------------------

parse_options "$@"
begin
bundle_digest=$(sha256 <"$bundle/checksums.txt" | cut -c 1-12)
is_name "$bundle_digest" || fail "$exit_refused" "the digest of checksums.txt cannot be taken"
if [ -n "$dry_run" ]; then
  prepare_namespaces
  for name in $order; do work_on_step "$name"; done
  exit "$exit_done"
fi
say "cluster: ${context:-the one that this runs in}"
take_lock
refuse_foreign_releases
prepare_namespaces
run_steps
tell_of_others
finish ""
