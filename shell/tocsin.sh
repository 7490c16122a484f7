# shellcheck shell=sh
# Tocsin for scripts, to be sourced by sh, dash or bash. It needs curl, sed, tr and od.
#
#   . shell/tocsin.sh
#   calls=$(tocsin_state_get calls --fresh hourly)       the value, or 0 where there is none
#   tocsin_state_set calls $((calls + 1)) --stamp
#   tocsin_alert 'disk sda is 91 % full' service=edge severity=P2
#   tocsin_alert 'disk sda is 91 % full' service=edge status=resolved
#
# TOCSIN_URL and TOCSIN_TOKEN are in the environment of every task. State is that of CACHE_FILENAME, or of --namespace.
# Whatever goes wrong is said in one line on standard error: the status of every function is 0, also under `set -eu`, and
# none takes longer than TOCSIN_TIMEOUT_SECONDS (default 5).

# tocsin_state_get KEY [--fresh hourly|daily] [--namespace FILE]: prints what is kept under the key.
tocsin_state_get() { (_tocsin_state_get "$@") || printf '0\n'; }

# tocsin_state_set KEY VALUE [--stamp] [--namespace FILE]: keeps one line of text; --stamp keeps the time in KEY_ts too.
tocsin_state_set() { (_tocsin_state_set "$@") || :; }

# tocsin_alert TITLE service=NAME [FIELD=TEXT]...: reports a problem, with fields of POST /v1/alerts that hold text.
tocsin_alert() { (_tocsin_alert "$@") || :; }

_tocsin_state_get() {
  set +eu
  [ -n "$1" ] || _tocsin_fail 'tocsin_state_get KEY [--fresh hourly|daily] [--namespace FILE]: no key was given' || return
  path=/v1/state/$(_tocsin_encode "$1")
  shift
  _tocsin_read_options "$@" || return
  query="namespace=$(_tocsin_encode "$namespace")&fresh=$(_tocsin_encode "$fresh")"
  [ -n "$fresh" ] || query=${query%&fresh=}
  [ -n "$namespace" ] || query=${query#namespace=}
  answer=$(_tocsin_ask GET "$path?${query#&}") || return
  # No quote stands inside a JSON string but behind a backslash: this is the field, wherever it stands.
  printf '%s\n' "$answer" | sed -n 's/.*"value":"\(\([^"\]\|\\.\)*\)".*/\1/p' | _tocsin_unquote
}

_tocsin_state_set() {
  set +eu
  [ $# -ge 2 ] || _tocsin_fail 'tocsin_state_set KEY VALUE [--stamp] [--namespace FILE]: key and value are needed' || return
  path=/v1/state/$(_tocsin_encode "$1")
  body="{\"value\":$(_tocsin_quote "$2")"
  shift 2
  _tocsin_read_options "$@" || return
  [ -z "$stamp" ] || body="$body,\"stamp\":true"
  [ -z "$namespace" ] || body="$body,\"namespace\":$(_tocsin_quote "$namespace")"
  _tocsin_ask POST "$path" "$body}" >/dev/null
}

_tocsin_alert() {
  set +eu
  [ -n "$1" ] || _tocsin_fail 'tocsin_alert TITLE service=NAME [FIELD=TEXT]...: no title was given' || return
  body="{\"title\":$(_tocsin_quote "$1")"
  shift
  for field in "$@"; do
    case $field in
      [a-z]*=*) body="$body,$(_tocsin_quote "${field%%=*}"):$(_tocsin_quote "${field#*=}")" ;;
      *) _tocsin_fail "tocsin_alert: \"$field\" is not FIELD=TEXT, as severity=P2" || return ;;
    esac
  done
  _tocsin_ask POST /v1/alerts "$body}" >/dev/null
}

_tocsin_fail() {
  printf 'tocsin: %s\n' "$1" >&2
  return 1
}

# Sets what the options say; each function runs in a shell of its own, so that nothing of it is left behind.
_tocsin_read_options() {
  namespace=$CACHE_FILENAME fresh='' stamp=''
  while [ $# -gt 0 ]; do
    case $1 in
      --stamp) stamp=1 && shift && continue ;;
      --fresh | --namespace) [ $# -ge 2 ] || _tocsin_fail "$1 needs a value" || return ;;
      *) _tocsin_fail "\"$1\" is no option; there are --fresh, --namespace and --stamp" || return ;;
    esac
    if [ "$1" = --fresh ]; then fresh=$2; else namespace=$2; fi
    shift 2
  done
}

# Prints the answer's body. What is secret goes to curl by its standard input: arguments can be read by everybody.
_tocsin_ask() {
  [ -n "$TOCSIN_URL" ] || _tocsin_fail 'TOCSIN_URL is not set, as http://127.0.0.1:8923' || return
  answer=$(
    {
      printf 'header = "Authorization: Bearer %s"\n' "$TOCSIN_TOKEN"
      [ -z "$3" ] || printf 'header = "Content-Type: application/json"\ndata-raw = %s\n' "$(_tocsin_quote "$3")"
    } | curl --silent --show-error --max-time "${TOCSIN_TIMEOUT_SECONDS:-5}" --request "$1" \
      --write-out '\n%{http_code}' --config - "${TOCSIN_URL%/}$2" 2>&1
  ) || _tocsin_fail "$1 $TOCSIN_URL$2: $(printf '%s' "$answer" | tr '\n' ' ')" || return
  body=${answer%
*}
  case ${answer##*
} in
    2*) printf '%s' "$body" ;;
    *) _tocsin_fail "$1 $TOCSIN_URL$2 was refused: $body" ;;
  esac
}

# Prints text as a string of JSON, which curl's configuration reads alike; of control characters tabs and line feeds are kept.
_tocsin_quote() {
  printf '"%s"' "$(
    printf '%s' "$1" | tr -d '\000-\010\013-\037\177' |
      sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e "s/$(printf '\t')/\\\\t/g" -e '$!s/$/\\n/' | tr -d '\n'
  )"
}

# Reads what stands between the quotes of a string of JSON.
_tocsin_unquote() {
  backslash=$(printf '\001')
  sed -e "s/\\\\\\\\/$backslash/g" -e 's/\\"/"/g' -e "s/\\\\t/$(printf '\t')/g" -e "s/$backslash/\\\\/g"
}

# Prints every byte as %XX, which is right anywhere in an address.
_tocsin_encode() {
  printf '%s' "$1" | od -An -v -tx1 | tr -d '\n' | tr ' ' '%'
}
