# shellcheck shell=sh disable=SC2034,SC2154 # what one of the three files sets, another uses
# What deploy.sh and undeploy.sh share. POSIX sh; nothing of a recipe stands here: the bundle's steps are read from steps.tsv
# and namespaces.tsv, and every field is refused that holds another character than its column may.

LC_ALL=C
export LC_ALL
unset CDPATH
tab=$(printf '\t')
owner_label=app.kubernetes.io/managed-by=waybill
lock_namespace=kube-system
lock_name=waybill-rollout

# --- Messages and ends -------------------------------------------------------------------------------------------------

exit_done=0
exit_failed=1
exit_usage=2
exit_refused=3
exit_partly=4

say() { printf '%s\n' "$*"; }
complain() { printf '%s: %s\n' "$program" "$*" >&2; }
# fail STATUS MESSAGE...
fail() {
  failure=$1
  shift
  complain "$*"
  exit "$failure"
}

# --- Options -----------------------------------------------------------------------------------------------------------

dry_run='' best_effort='' no_verify='' break_lock='' no_wait='' adopt='' yes='' delete_namespaces=''
jobs=4 retries=3 pause=5 timeout='' kubeconfig='' context='' report='' logs=''

is_number() {
  case $1 in
  '' | *[!0-9]* | ??????*) return 1 ;;
  esac
}

take_option() {
  case $1 in
  --dry-run) dry_run=$2 ;;
  --best-effort) best_effort=$2 ;;
  --no-verify) no_verify=$2 ;;
  --break-lock) break_lock=$2 ;;
  --no-wait) no_wait=$2 ;;
  --adopt) adopt=$2 ;;
  --yes) yes=$2 ;;
  --delete-namespaces) delete_namespaces=$2 ;;
  --jobs) jobs=$2 ;;
  --retries) retries=$2 ;;
  --retry-pause) pause=$2 ;;
  --timeout) timeout=$2 ;;
  --kubeconfig) kubeconfig=$2 ;;
  --context) context=$2 ;;
  --report) report=$2 ;;
  --logs) logs=$2 ;;
  esac
}

# The words of $switches take no value, those of $valued one, behind '=' or as the next word.
parse_options() {
  while [ $# -gt 0 ]; do
    option=$1
    shift
    case $option in
    -h | --help)
      usage
      exit "$exit_done"
      ;;
    esac
    name=${option%%=*}
    case " $switches " in
    *" $option "*)
      take_option "$option" yes
      continue
      ;;
    esac
    case " $valued " in
    *" $name "*) ;;
    *) fail "$exit_usage" "no option '$option'; --help lists all" ;;
    esac
    case $option in
    *=*) value=${option#*=} ;;
    *)
      [ $# -gt 0 ] || fail "$exit_usage" "$option needs a value"
      value=$1
      shift
      ;;
    esac
    [ -n "$value" ] || fail "$exit_usage" "$name needs a value"
    take_option "$name" "$value"
  done
  { is_number "$jobs" && [ "$jobs" -gt 0 ]; } || fail "$exit_usage" "--jobs takes a number from 1, not '$jobs'"
  is_number "$retries" || fail "$exit_usage" "--retries takes a number, not '$retries'"
  is_number "$pause" || fail "$exit_usage" "--retry-pause takes a number of seconds, not '$pause'"
  [ -z "$timeout" ] || is_duration "$timeout" || fail "$exit_usage" "--timeout takes a time such as 90s or 20m, not '$timeout'"
  report=$(absolute "$report")
  logs=$(absolute "$logs")
  kubeconfig=$(absolute "$kubeconfig")
}

absolute() {
  case $1 in
  '' | /*) printf '%s' "$1" ;;
  *) printf '%s/%s' "$PWD" "$1" ;;
  esac
}

# --- What a field may hold ---------------------------------------------------------------------------------------------

is_name() {
  case $1 in
  '' | *[!a-z0-9-]* | -* | *-) return 1 ;;
  esac
  [ "${#1}" -le 63 ]
}
is_address() {
  case $1 in
  https://[A-Za-z0-9]* | http://[A-Za-z0-9]* | oci://[A-Za-z0-9]*) ;;
  *) return 1 ;;
  esac
  case $1 in
  *[!A-Za-z0-9.:/_~+-]* | *..*) return 1 ;;
  esac
}
# Chart names with their folders, and paths in the bundle.
is_path() {
  case $1 in
  '' | *[!A-Za-z0-9._/-]* | [!A-Za-z0-9]* | *..* | *//* | */) return 1 ;;
  esac
}
is_version() {
  case $1 in
  '' | *[!A-Za-z0-9.+-]*) return 1 ;;
  v[0-9]* | [0-9]*) ;;
  *) return 1 ;;
  esac
}
is_duration() {
  case $1 in
  '' | [!0-9]* | *[!0-9hms.]* | *[0-9.]) return 1 ;;
  esac
}
is_label() {
  case $1 in
  *=*=* | *[!A-Za-z0-9./_=-]* | [!A-Za-z0-9]*) return 1 ;;
  [A-Za-z0-9]*=*) ;;
  *) return 1 ;;
  esac
}

# --- The bundle's files --------------------------------------------------------------------------------------------------

# GNU's program, or the one that macOS has.
sha256() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$@"
  else
    shasum -a 256 "$@"
  fi
}

# Every file is as checksums.txt says, and there is no other. That finds damage; who made the bundle, a signature says.
verify_files() {
  [ -f "$bundle/checksums.txt" ] || fail "$exit_refused" "there is no checksums.txt in $bundle"
  (cd "$bundle" && find . ! -type d ! -path './attestation/*' ! -path ./checksums.txt) |
    sed 's,^\./,,' | sort >"$work/files" || fail "$exit_refused" "the files of $bundle cannot be listed"
  sed 's/^[0-9a-f]\{64\}  //' "$bundle/checksums.txt" | sort >"$work/listed"
  if ! cmp -s "$work/files" "$work/listed"; then
    comm -3 "$work/files" "$work/listed" | sed 's/^/  /' >&2
    fail "$exit_refused" "the files above (indented: listed but missing) are not as checksums.txt says"
  fi
  links=$(cd "$bundle" && find . -type l ! -path './attestation/*') || links="?"
  [ -z "$links" ] || fail "$exit_refused" "a bundle has no links: $links"
  if ! (cd "$bundle" && sha256 -c checksums.txt) >"$work/checked" 2>&1; then
    grep -v ': OK$' "$work/checked" | sed 's/^/  /' >&2
    fail "$exit_refused" "the files above are not as checksums.txt says"
  fi
}

bad_line() { fail "$exit_refused" "$1, line $number: $2"; }

# Makes $work/step/NAME for each line of steps.tsv, and $order, their names.
read_steps() {
  mkdir "$work/step" "$work/state" "$work/after" "$work/log" "$work/pid" "$work/ready" "$work/attempts" ||
    fail "$exit_refused" "no room for temporary files"
  order=''
  number=0
  while IFS=$tab read -r step component kind space repository chart version waits limit needs rest || [ -n "$step" ]; do
    number=$((number + 1))
    case $step in
    '#'*) continue ;;
    esac
    check_step
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$step" "$component" "$kind" "$space" "$repository" "$chart" "$version" \
      "$waits" "$limit" >"$work/step/$step"
    order="$order $step"
    set_state "$step" waiting
    printf '0\n' >"$work/attempts/$step"
    : >"$work/after/$step"
    [ "$needs" = - ] || printf '%s\n' "$needs" | tr ',' '\n' >"$work/after/$step"
  done <"$bundle/steps.tsv" || fail "$exit_refused" "$bundle/steps.tsv cannot be read"
  [ -n "$order" ] || fail "$exit_refused" "$bundle/steps.tsv names no step"
}

check_step() {
  [ -z "$rest" ] || bad_line steps.tsv "more columns than there are"
  { is_name "$step" && [ "${#step}" -le 53 ]; } || bad_line steps.tsv "bad step"
  [ ! -e "$work/step/$step" ] || bad_line steps.tsv "the step '$step' is there already"
  is_name "$component" || bad_line steps.tsv "bad component"
  is_name "$space" || bad_line steps.tsv "bad namespace"
  is_path "$chart" || bad_line steps.tsv "bad chart or folder"
  case $kind in
  chart)
    is_address "$repository" || bad_line steps.tsv "bad repository"
    is_version "$version" || bad_line steps.tsv "bad version"
    [ -f "$bundle/$component/values.yaml" ] || bad_line steps.tsv "there is no $component/values.yaml"
    ;;
  local | kustomize)
    [ "$repository$version" = -- ] || bad_line steps.tsv "a repository or version, which it cannot have"
    [ "$kind" = local ] || [ -f "$bundle/$chart/kustomization.yaml" ] || bad_line steps.tsv "there is no $chart"
    [ "$kind" = kustomize ] || [ -f "$bundle/$chart/Chart.yaml" ] || bad_line steps.tsv "there is no $chart"
    ;;
  *) bad_line steps.tsv "bad kind" ;;
  esac
  case $waits in
  yes | no) ;;
  *) bad_line steps.tsv "bad wait" ;;
  esac
  [ "$limit" = - ] || is_duration "$limit" || bad_line steps.tsv "bad timeout"
  [ "$needs" != - ] || return 0
  others=$needs,
  while [ -n "$others" ]; do
    other=${others%%,*}
    others=${others#*,}
    { is_name "$other" && [ -e "$work/step/$other" ]; } || bad_line steps.tsv "it needs a step that is not before it"
  done
}

# Copies the checked lines of namespaces.tsv to $work/namespaces.
read_namespaces() {
  : >"$work/namespaces"
  number=0
  while IFS=$tab read -r space labels rest || [ -n "$space" ]; do
    number=$((number + 1))
    case $space in
    '#'*) continue ;;
    esac
    [ -z "$rest" ] || bad_line namespaces.tsv "more columns than there are"
    is_name "$space" || bad_line namespaces.tsv "bad namespace"
    if [ "$labels" != - ]; then
      others=$labels,
      while [ -n "$others" ]; do
        is_label "${others%%,*}" || bad_line namespaces.tsv "bad labels"
        others=${others#*,}
      done
    fi
    printf '%s\t%s\n' "$space" "$labels" >>"$work/namespaces"
  done <"$bundle/namespaces.tsv" || fail "$exit_refused" "$bundle/namespaces.tsv cannot be read"
}

# load_step NAME: its fields as variables.
load_step() {
  # shellcheck disable=SC2034 # for the scripts that read this file
  IFS=$tab read -r step component kind space repository chart version waits limit <"$work/step/$1"
  [ "$limit" != - ] || limit=10m
  [ -z "$timeout" ] || limit=$timeout
  log=$work/log/$step
}

# --- Commands ----------------------------------------------------------------------------------------------------------

quoted() {
  case $1 in
  '' | *[!A-Za-z0-9_./:=,@%+~-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
  *) printf '%s' "$1" ;;
  esac
}
print_command() {
  separator=''
  for word in "$@"; do
    printf '%s%s' "$separator" "$(quoted "$word")"
    separator=' '
  done
  printf '\n'
}

# run COMMAND...: with its output in $log; helm and kubectl for the cluster that was chosen. In a dry run it is only
# printed. The command is a direct child, so that what ends us ends it.
terminated='' child='' log=/dev/null
run() {
  case $1 in
  helm) set -- "$@" ${context:+--kube-context "$context"} ;;
  kubectl) set -- "$@" ${context:+--context "$context"} ;;
  esac
  if [ -n "$dry_run" ]; then
    print_command "$@"
    return 0
  fi
  [ -z "$terminated" ] || return 143
  print_command "$@" >>"$log"
  "$@" </dev/null >>"$log" 2>&1 9>&- &
  child=$!
  [ -z "$terminated" ] || kill -TERM "$child" 2>/dev/null
  wait "$child"
  status=$?
  while [ -n "$terminated" ] && kill -0 "$child" 2>/dev/null; do
    wait "$child"
    status=$?
  done
  child=''
  return "$status"
}

# ask COMMAND...: the same, its output to ours; for questions that change nothing.
ask() {
  case $1 in
  helm) set -- "$@" ${context:+--kube-context "$context"} ;;
  kubectl) set -- "$@" ${context:+--context "$context"} ;;
  esac
  "$@" </dev/null
}

# --- The cluster -------------------------------------------------------------------------------------------------------

# Both programs must mean the same cluster: Helm's own variables could name another one.
choose_cluster() {
  unset HELM_KUBECONTEXT HELM_KUBEAPISERVER HELM_KUBETOKEN HELM_KUBEASUSER HELM_KUBEASGROUPS HELM_KUBECAFILE \
    HELM_KUBEINSECURE_SKIP_TLS_VERIFY HELM_KUBETLS_SERVER_NAME HELM_NAMESPACE
  if [ -n "$kubeconfig" ]; then
    [ -r "$kubeconfig" ] || fail "$exit_usage" "the file '$kubeconfig' cannot be read"
    KUBECONFIG=$kubeconfig
    export KUBECONFIG
  fi
  [ -z "$dry_run" ] || return 0
  for tool in helm kubectl; do
    command -v "$tool" >/dev/null 2>&1 || fail "$exit_refused" "$tool is not installed"
  done
  if grep -q "${tab}kustomize${tab}" "$bundle/steps.tsv" && ! command -v git >/dev/null 2>&1; then
    fail "$exit_refused" "git is not installed, which kubectl needs for kustomizations"
  fi
  found=$(helm version --template '{{.Version}}' </dev/null) || fail "$exit_refused" "helm does not tell its version"
  major=${found#v} major=${major%%.*}
  minor=${found#*.} minor=${minor%%[!0-9]*}
  { is_number "$major" && is_number "$minor"; } || fail "$exit_refused" "helm calls its version '$found'"
  [ "$major" -gt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -ge 14 ]; } ||
    fail "$exit_refused" "helm is $found; 3.14 or later is needed"
  [ -n "$context" ] || context=$(kubectl config current-context </dev/null 2>/dev/null) || context=''
}

# One run at a time in a cluster: a ConfigMap is made or is there already.
locked=''
take_lock() {
  [ -z "$break_lock" ] ||
    ask kubectl delete configmap "$lock_name" --namespace "$lock_namespace" --ignore-not-found >/dev/null ||
    fail "$exit_refused" "the lock cannot be broken"
  holder="$(id -un 2>/dev/null || printf unknown)@$(uname -n) process $$"
  if ask kubectl create configmap "$lock_name" --namespace "$lock_namespace" "--from-literal=holder=$holder" \
    >"$work/lock" 2>&1; then
    locked=yes
    return 0
  fi
  other=$(ask kubectl get configmap "$lock_name" --namespace "$lock_namespace" -o 'jsonpath={.data.holder}' 2>/dev/null) ||
    fail "$exit_refused" "the cluster takes no lock: $(cat "$work/lock")"
  fail "$exit_refused" "another run is at work in this cluster: $other (--break-lock, if it is not any more)"
}
drop_lock() {
  [ -n "$locked" ] || return 0
  locked=''
  ask kubectl delete configmap "$lock_name" --namespace "$lock_namespace" --ignore-not-found >/dev/null 2>&1 ||
    complain "the lock stays: kubectl delete configmap $lock_name --namespace $lock_namespace"
}

# list_releases FILE [FLAG...]: writes NAMESPACE/NAME of each, a line, sorted.
list_releases() {
  file=$1
  shift
  ask helm list --all-namespaces --no-headers --max 100000 "$@" >"$work/list" 2>"$work/problem" ||
    fail "$exit_refused" "the releases cannot be listed: $(cat "$work/problem")"
  awk 'NF > 1 { print $2 "/" $1 }' "$work/list" | sort >"$file"
}
# All there are in $work/all, those that a bundle made in $work/ours.
list_all_releases() {
  list_releases "$work/all" --deployed --failed --pending --uninstalling
  list_releases "$work/ours" --deployed --failed --pending --uninstalling --selector "$owner_label"
}

# --- Steps in the order of the graph -----------------------------------------------------------------------------------

set_state() { printf '%s\n' "$2" >"$work/state/$1"; }
# Sets $state.
state_of() { read -r state <"$work/state/$1"; }

# The reverse graph: a step comes after all that need it.
reverse_steps() {
  for name in $order; do
    others=$(cat "$work/after/$name")
    for other in $others; do printf '%s\n' "$name" >>"$work/after/$other.new"; done
  done
  reversed=''
  for name in $order; do
    : >>"$work/after/$name.new"
    mv "$work/after/$name.new" "$work/after/$name"
    reversed="$name $reversed"
  done
  order=$reversed
}

# In a process of its own: ends with a word to the one that started it, whatever happens.
work_alone() {
  trap 'terminated=yes; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null' TERM
  trap '' INT HUP # the one that started it tells
  trap - EXIT
  : >"$work/ready/$1"
  [ ! -e "$work/stop" ] || terminated=yes
  work_on_step "$1"
  printf '%s %s\n' "$1" "$?" >&9
}

start_ready_steps() {
  for name in $order; do
    state_of "$name"
    [ "$state" = waiting ] || continue
    may_start=yes
    others=$(cat "$work/after/$name")
    for other in $others; do
      state_of "$other"
      case $state in
      failed | skipped | interrupted)
        set_state "$name" skipped
        say "skipped  $name: $other did not succeed"
        may_start=''
        break
        ;;
      waiting | running) may_start='' ;;
      esac
    done
    if [ -n "$may_start" ] && [ -z "$stopping" ] && [ "$running" -lt "$jobs" ]; then
      set_state "$name" running
      running=$((running + 1))
      (work_alone "$name") &
      printf '%s\n' "$!" >"$work/pid/$name"
    fi
  done
}

# Calls the script's work_on_step for each step when all that it comes after have ended well, $jobs at once. It returns 0 for
# done, 10 for nothing to do, 11 for not ours, 143 for interrupted, else it failed. Sets $outcome and the steps' states.
at_work='' stopping='' interrupted='' running=0
run_steps() {
  mkfifo "$work/events" || fail "$exit_refused" "no room for temporary files"
  exec 9<>"$work/events"
  at_work=yes
  while :; do
    start_ready_steps
    [ "$running" -gt 0 ] || break
    # A signal ends the wait without a word.
    read -r name result <&9 || continue
    running=$((running - 1))
    case $result in
    0) set_state "$name" 'done' ;;
    10) set_state "$name" absent ;;
    11) set_state "$name" foreign ;;
    143) set_state "$name" interrupted ;;
    *)
      set_state "$name" failed
      [ -n "$best_effort" ] || stopping=yes
      ;;
    esac
  done
  at_work=''
  exec 9>&-
  count_states
}

# interrupt STATUS: what runs is told to end; run_steps waits until it has.
interrupt() {
  interrupted=$1
  stopping=yes
  [ -n "$at_work" ] || exit "$interrupted"
  : >"$work/stop"
  complain "interrupted; waiting for what runs to end"
  for name in $order; do
    state_of "$name"
    # One that is not ready yet looks at $work/stop when it is.
    if [ "$state" = running ] && [ -e "$work/ready/$name" ]; then
      read -r pid <"$work/pid/$name" && kill -TERM "$pid" 2>/dev/null
    fi
  done
}

count_states() {
  done_count=0 failed_count=0 skipped_count=0 left_count=0
  for name in $order; do
    state_of "$name"
    case $state in
    waiting)
      set_state "$name" skipped
      skipped_count=$((skipped_count + 1))
      ;;
    skipped) skipped_count=$((skipped_count + 1)) ;;
    'done') done_count=$((done_count + 1)) ;;
    absent | foreign) left_count=$((left_count + 1)) ;;
    *) failed_count=$((failed_count + 1)) ;;
    esac
  done
  if [ -n "$interrupted" ]; then
    outcome=interrupted
  elif [ "$failed_count" -eq 0 ] && [ "$skipped_count" -eq 0 ]; then
    outcome='done'
  elif [ -n "$best_effort" ]; then
    outcome=partly
  else
    outcome=failed
  fi
}

# The steps that ended in one of these states, with a comma between.
names_in() {
  list=''
  for name in $order; do
    state_of "$name"
    case " $* " in
    *" $state "*) list=${list:+$list, }$name ;;
    esac
  done
  printf '%s' "$list"
}

# One JSON document; every text in it was checked when the steps were read.
write_report() {
  [ -n "$report" ] || return 0
  if ! {
    printf '{"script":"%s","outcome":"%s","steps":[' "${program%.sh}" "$outcome"
    separator=''
    for name in $order; do
      load_step "$name"
      state_of "$name"
      read -r attempts <"$work/attempts/$name"
      printf '%s\n{"step":"%s","component":"%s","namespace":"%s","state":"%s","attempts":%s}' "$separator" "$step" \
        "$component" "$space" "$state" "$attempts"
      separator=,
    done
    printf '\n]}\n'
  } >"$report.new" || ! mv "$report.new" "$report"; then
    complain "the report '$report' cannot be written"
  fi
}

keep_logs() {
  [ -n "$logs" ] || return 0
  if ! mkdir -p "$logs"; then
    complain "the logs cannot be kept in '$logs'"
    return 0
  fi
  for name in $order; do
    [ ! -e "$work/log/$name" ] || cp "$work/log/$name" "$logs/$name.log" || complain "the log of $name is lost"
  done
}

# finish: says what was done, and ends.
finish() {
  keep_logs
  write_report
  say
  say "$done_count done, $failed_count failed, $skipped_count not begun${1:+, $left_count $1}"
  unfinished=$(names_in failed)
  [ -z "$unfinished" ] || say "failed: $unfinished"
  unfinished=$(names_in interrupted)
  [ -z "$unfinished" ] || say "interrupted: $unfinished"
  unfinished=$(names_in skipped)
  [ -z "$unfinished" ] || say "not begun: $unfinished"
  case $outcome in
  'done') exit "$exit_done" ;;
  partly) exit "$exit_partly" ;;
  interrupted) exit "$interrupted" ;;
  *) exit "$exit_failed" ;;
  esac
}

# Calls the script's try_step, for the step that is loaded, until it succeeds, with growing pauses, $retries times again.
persevere() {
  tried=1
  while :; do
    printf '%s\n' "$tried" >"$work/attempts/$step"
    try_step && return 0
    [ -z "$terminated" ] || break
    [ "$tried" -le "$retries" ] || break
    seconds=$((pause * tried * tried))
    [ "$seconds" -le 120 ] || seconds=120
    say "again    $step in $seconds s: attempt $tried of $((retries + 1)) failed: $(tail -n 1 "$log")"
    run sleep "$seconds" || break
    tried=$((tried + 1))
  done
  if [ -n "$terminated" ]; then
    say "ended    $step"
    return 143
  fi
  {
    say "failed   $step:"
    tail -n 20 "$log" | sed 's/^/    /'
  } >"$log.last"
  cat "$log.last"
  return 1
}

# --- Begin and end -----------------------------------------------------------------------------------------------------

clean_up() {
  trap '' INT TERM HUP
  drop_lock
  cd / && rm -rf "$work"
}

# begin: the temporary folder, the traps, the bundle's files and tables.
begin() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/waybill.XXXXXXXX") || fail "$exit_refused" "no room for temporary files"
  trap clean_up EXIT
  trap 'interrupt 129' HUP
  trap 'interrupt 130' INT
  trap 'interrupt 143' TERM
  [ -n "$no_verify" ] || verify_files
  read_steps
  read_namespaces
  choose_cluster
  # Helm takes a folder of a chart's name for the chart, and a comma in a path for the end of it: from an empty folder
  # beside a link, neither is there.
  root=$bundle
  if [ -z "$dry_run" ]; then
    { mkdir "$work/here" && ln -s "$bundle" "$work/bundle" && cd "$work/here"; } ||
      fail "$exit_refused" "no room for temporary files"
    root=../bundle
  fi
}
