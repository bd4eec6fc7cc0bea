#!/bin/sh
# Removes what deploy.sh of this bundle has installed: README.md. POSIX sh.
set -u
program=undeploy.sh
here=$(dirname -- "$0") && bundle=$(cd -- "$here" && pwd -P) || exit 3
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$bundle/common.sh"

switches='--dry-run --best-effort --no-verify --break-lock --yes --delete-namespaces'
valued='--jobs --retries --retry-pause --timeout --kubeconfig --context --report --logs'
retries=0

usage() {
  cat <<'END'
usage: ./undeploy.sh [OPTIONS]

Removes the releases and kustomizations of this bundle, in reverse order of its dependencies: only what a bundle made.
Definitions that came as manifests or kustomizations, volume claims and namespaces stay; in the end they are listed.

  --dry-run            print the commands and contact nothing
  --yes                do not ask
  --delete-namespaces  also delete namespaces that deploy.sh made, when nothing is left in them
  --kubeconfig FILE    as for kubectl
  --context NAME       as for kubectl (default: its current context)
  --jobs N             steps at the same time (default 4)
  --timeout TIME       for each step (default: what the bundle says, else 10m)
  --retries N          how often a failed step is tried again (default 0)
  --retry-pause N      seconds before the first retry; the k-th waits k*k times as long, 120 s at most (default 5)
  --best-effort        after a failure go on with what does not depend on it
  --no-verify          do not compare the files with checksums.txt
  --break-lock         go on although another run seems to be at work in this cluster
  --report FILE        write what became of each step, as JSON
  --logs FOLDER        keep the output of every step

Ends with 0: all done, 1: a step failed, 2: wrong option, 3: refused, nothing was removed, 4: --best-effort and a step
failed, 129, 130 or 143: interrupted.
END
}

# --- What there is -----------------------------------------------------------------------------------------------------

# Definitions, a line each: what becomes of it, and its name. Those of a release go with it, unless they are to be kept;
# Helm writes into them whose they are.
list_definitions() {
  ask kubectl get customresourcedefinitions -o 'jsonpath={range .items[*]}{.metadata.name}{"\t"}{.metadata.annotations.meta\.helm\.sh/release-namespace}{"/"}{.metadata.annotations.meta\.helm\.sh/release-name}{"\t"}{.metadata.annotations.helm\.sh/resource-policy}{"\t"}{.metadata.labels.waybill\.dev/component}{"\n"}{end}' \
    >"$work/crds" || fail "$exit_refused" "the definitions cannot be listed"
  awk -F "$tab" 'FILENAME == ARGV[1] { goes[$1] = 1; next }
    FILENAME == ARGV[2] { ours[$1] = 1; next }
    $2 in goes && $3 != "keep" { print "goes\t" $1; next }
    $2 in ours || $4 in ours { print "stays\t" $1 }' "$work/targets" "$work/named" "$work/crds" >"$work/definitions"
}

find_targets() {
  : >"$work/targets"
  : >"$work/named"
  for name in $order; do
    load_step "$name"
    printf '%s/%s\n%s\n' "$space" "$step" "$component" >>"$work/named"
    if [ "$kind" != kustomize ] && grep -qxF "$space/$step" "$work/ours"; then
      printf '%s/%s\n' "$space" "$step" >>"$work/targets"
    fi
  done
}

show_plan() {
  say "These releases will be removed:"
  if [ -s "$work/targets" ]; then sed 's/^/  /' "$work/targets"; else say "  none"; fi
  for name in $order; do
    load_step "$name"
    [ "$kind" != kustomize ] || say "  and what has the label waybill.dev/component=$component"
  done
  grep "^goes$tab" "$work/definitions" >"$work/going" || return 0
  say "With them go these definitions, and every object of theirs in the cluster:"
  sed "s/^goes$tab/  /" "$work/going"
}

confirm() {
  [ -z "$yes" ] || return 0
  [ -t 0 ] || fail "$exit_usage" "there is no terminal to ask at; --yes goes on without"
  printf 'Type yes to go on: '
  read -r answer || answer=no
  [ "$answer" = yes ] || fail "$exit_refused" "nothing was removed"
}

# --- One step ----------------------------------------------------------------------------------------------------------

remove_release() {
  run helm uninstall "$step" --namespace "$space" --wait --timeout "$limit"
}

# Kinds, with a comma between, of what has $selector; not those that others may use too, nor what controllers make.
labelled_kinds() {
  ask kubectl api-resources --verbs=list,delete -o name >"$work/kinds.$step" 2>>"$log" || return 1
  kinds=$(grep -vxE 'namespaces|events(\..*)?|endpoints|endpointslices\..*|persistentvolumeclaims|persistentvolumes|customresourcedefinitions\..*' \
    "$work/kinds.$step" | tr '\n' ',')
  ask kubectl get "${kinds%,}" --all-namespaces --selector "$selector" \
    -o 'jsonpath={range .items[*]}{.apiVersion}{"\t"}{.kind}{"\n"}{end}' >"$work/found.$step" 2>>"$log" || return 1
  # apps/v1 Deployment is Deployment.v1.apps, v1 ConfigMap is ConfigMap.
  awk -F "$tab" 'NF == 2 { n = split($1, part, "/"); print n == 2 ? $2 "." part[2] "." part[1] : $2 }' "$work/found.$step" |
    sort -u | tr '\n' ','
}

remove_kustomization() {
  selector=$owner_label,waybill.dev/component=$component
  if [ -n "$dry_run" ]; then
    say "# all kinds but namespaces, volume claims and definitions:"
    run kubectl delete KINDS --all-namespaces --selector "$selector"
    return
  fi
  # A kind can vanish between two questions, when its definition goes with another step.
  kinds=$(labelled_kinds) || kinds=$(labelled_kinds) || kinds=$(labelled_kinds) || return 1
  [ -n "$kinds" ] || return 0
  run kubectl delete "${kinds%,}" --all-namespaces --selector "$selector" --ignore-not-found "--timeout=$limit"
}

try_step() {
  case $kind in
  kustomize) remove_kustomization ;;
  *) remove_release ;;
  esac
}

work_on_step() {
  load_step "$1"
  if [ -n "$dry_run" ]; then
    try_step
    return
  fi
  if [ "$kind" != kustomize ] && ! grep -qxF "$space/$step" "$work/targets"; then
    grep -qxF "$space/$step" "$work/all" || return 10
    say "left     $step in $space: no bundle made it"
    return 11
  fi
  say "removes  $step in $space"
  persevere || return
  say "removed  $step"
}

# --- Afterwards --------------------------------------------------------------------------------------------------------

# Namespaces that deploy.sh has made, in $work/made.
list_made_namespaces() {
  ask kubectl get namespaces --selector "$owner_label" -o name 2>/dev/null | sed 's,^namespace/,,' | sort >"$work/marked"
  cut -f 1 "$work/namespaces" | sort | comm -12 - "$work/marked" >"$work/made"
}

# Sets $left to what is in a namespace and is not there in every one.
look_into() {
  left=$(grep "^$1/" "$work/all" | sed 's,^[^/]*/,release/,')
  [ -z "$left" ] || return 0
  left=$(ask kubectl get pods,services,persistentvolumeclaims,deployments,statefulsets,daemonsets,jobs,cronjobs,configmaps,secrets \
    --namespace "$1" -o name 2>&1 | grep -vx 'configmap/kube-root-ca\.crt')
}

delete_made_namespaces() {
  [ -n "$delete_namespaces" ] || return 0
  if [ "$outcome" != 'done' ]; then
    say "left     the namespaces: not everything is removed"
    return 0
  fi
  log=$work/namespaces.log
  list_all_releases
  while read -r space; do
    look_into "$space"
    if [ -n "$left" ]; then
      say "left     namespace $space, which holds $(printf '%s\n' "$left" | head -n 3 | tr '\n' ' ')"
    elif run kubectl delete namespace "$space" "--timeout=${timeout:-10m}"; then
      say "removed  namespace $space"
    else
      say "failed   namespace $space: $(tail -n 1 "$log")"
      outcome=failed
    fi
  done <"$work/made"
}

tell_what_stays() {
  : >"$work/stays"
  list_definitions
  sed -n "s/^[a-z]*$tab\(.*\)/kubectl delete customresourcedefinition \1   # and every object of it/p" "$work/definitions" \
    >>"$work/stays"
  while IFS=$tab read -r space labels; do
    ask kubectl get persistentvolumeclaims --namespace "$space" -o name 2>/dev/null |
      sed "s,^,kubectl delete --namespace $space ,; s,\$,   # whoever made it," >>"$work/stays"
  done <"$work/namespaces"
  list_made_namespaces
  sed 's/^/kubectl delete namespace /' "$work/made" >>"$work/stays"
  [ -s "$work/stays" ] || return 0
  say
  say "What stays, and how it is removed:"
  sed 's/^/  /' "$work/stays"
}

# --- All of them -------------------------------------------------------------------------------------------------------

parse_options "$@"
begin
reverse_steps
if [ -n "$dry_run" ]; then
  for name in $order; do work_on_step "$name"; done
  exit "$exit_done"
fi
say "cluster: ${context:-the one that this runs in}"
take_lock # before asking, so that what was shown is what goes
list_all_releases
find_targets
list_definitions
show_plan
confirm
run_steps
list_made_namespaces
[ -n "$interrupted" ] || delete_made_namespaces
[ -n "$interrupted" ] || tell_what_stays
finish "not there or not ours"
