#!/bin/sh
# Installs Tocsin as a systemd service, upgrades it when run again, and removes it. See docs/deploy.md.
#
#   sudo deploy/install.sh                               from the clone that it lies in
#   curl -fsS URL | sudo sh -s -- --source REPOSITORY    from a repository, or a folder
set -eu

usage() {
  cat <<'HELP'
usage: install.sh [--source REPOSITORY|FOLDER] [--ref REF] [--root FOLDER] [--no-start]
       install.sh --uninstall [--purge] [--root FOLDER]

  --source    what to install: a git repository or a folder; default: the clone that this script lies in
  --ref       branch or tag of the repository; default: its own default
  --root      install into this folder instead of /, and touch neither users nor systemd (for images)
  --no-start  put everything in place, and start nothing
  --uninstall stop and remove the service and the program; configuration and data stay
  --purge     with --uninstall: remove configuration, data and the user too
HELP
}

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

say() {
  echo "tocsin: $*"
}

source='' ref='' root='' start=yes uninstall=no purge=no
while [ $# -gt 0 ]; do
  case $1 in
    --source | --ref | --root)
      [ $# -ge 2 ] || fail "$1 needs a value"
      case $1 in
        --source) source=$2 ;;
        --ref) ref=$2 ;;
        --root) root=${2%/} ;;
      esac
      shift
      ;;
    --no-start) start=no ;;
    --uninstall) uninstall=yes ;;
    --purge) purge=yes ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      fail "unknown: $1"
      ;;
  esac
  shift
done

program=$root/opt/tocsin
etc=$root/etc/tocsin
state=$root/var/lib/tocsin
unit=$root/etc/systemd/system/tocsin.service
link=$root/usr/local/bin/tocsin

# Users and systemd belong to the machine, and only / is the machine.
is_live() {
  [ -z "$root" ]
}

has_systemd() {
  is_live && [ -d /run/systemd/system ]
}

own() {
  if is_live; then chown "$@"; fi
}

remove_all() {
  if has_systemd; then systemctl disable --now tocsin.service 2>/dev/null || true; fi
  rm -f "$unit" "$link"
  rm -rf "$program" "$program.new" "$program.old"
  if has_systemd; then systemctl daemon-reload; fi
  if [ "$purge" = yes ]; then
    rm -rf "$etc" "$state"
    if is_live && id tocsin >/dev/null 2>&1; then userdel tocsin; fi
    say 'removed, with configuration and data'
  else
    say "removed; configuration stays in $etc, data in $state"
  fi
}

check_needs() {
  if is_live && [ "$(id -u)" != 0 ]; then fail 'run it as root, or with --root'; fi
  for needed in node npm tar; do
    command -v "$needed" >/dev/null 2>&1 || fail "$needed is not installed (any Node from 18 on will do)"
  done
  for wanted in git flock; do
    command -v "$wanted" >/dev/null 2>&1 || say "$wanted is not installed: sync_before_run needs it"
  done
}

# Answers, in $from, a folder with the sources.
find_source() {
  fetched=''
  if [ -z "$source" ]; then
    here=$(dirname -- "$0")
    [ -f "$here/install.sh" ] && [ -f "$here/../package.json" ] ||
      fail '--source is needed: this script does not lie in a clone of Tocsin'
    from=$(cd -- "$here/.." && pwd)
  elif [ -d "$source" ] && [ -z "$ref" ]; then
    from=$(cd -- "$source" && pwd)
  else
    fetched=$(mktemp -d)
    trap 'rm -rf "$fetched"' EXIT
    git clone --quiet --depth 1 ${ref:+--branch "$ref"} -- "$source" "$fetched/tocsin"
    from=$fetched/tocsin
  fi
  [ -f "$from/bin/tocsin" ] && [ -f "$from/package-lock.json" ] || fail "$from holds no Tocsin"
}

# The new program is whole before it takes the place of the old one.
install_program() {
  rm -rf "$program.new"
  mkdir -p "$program.new" "$root/usr/local/bin"
  tar -C "$from" --exclude=./.git --exclude=./node_modules --exclude=./data --exclude=./coverage \
    --exclude=./.env --exclude="./.env.*" -cf - . |
    tar -C "$program.new" -xf -
  # The bundle is made by a development package, which goes again.
  (cd "$program.new" && npm ci --no-audit --no-fund --loglevel=error &&
    npm prune --omit=dev --ignore-scripts --no-save --no-audit --no-fund --loglevel=error)
  own -R root:root "$program.new"
  chmod -R u=rwX,go=rX "$program.new"
  rm -rf "$program.old"
  if [ -d "$program" ]; then mv "$program" "$program.old"; fi
  mv "$program.new" "$program"
  rm -rf "$program.old"
  ln -sfn /opt/tocsin/bin/tocsin "$link"
}

add_user() {
  if is_live && ! id tocsin >/dev/null 2>&1; then
    useradd --system --user-group --home-dir /var/lib/tocsin --shell /usr/sbin/nologin tocsin
  fi
}

# What is there is the operator's, and is left as it is.
install_configuration() {
  mkdir -p "$etc" "$state"
  own root:tocsin "$etc"
  chmod 0750 "$etc"
  own tocsin:tocsin "$state"
  chmod 0700 "$state"
  if [ ! -e "$etc/.env" ]; then
    (umask 027 && sed 's/^  //' >"$etc/.env" <<'ENV'
  # Secrets and switches of Tocsin, as NAME=value; docs/configure.md lists them all. Keep it at mode 0640.
  TOCSIN_CONFIG=/etc/tocsin/tocsin.yaml
  TOCSIN_DATA_DIR=/var/lib/tocsin/data
  # The checkout of the jobs, once it is there:
  # REPO_DIR=/var/lib/tocsin/checkout
ENV
    )
    chmod 0640 "$etc/.env"
    own root:tocsin "$etc/.env"
  fi
  if [ ! -e "$etc/tocsin.yaml" ]; then
    (umask 027 && sed 's/^  //' >"$etc/tocsin.yaml" <<'YAML'
  # What Tocsin watches and whom it tells: docs/configure.md. A change is taken up without a restart.
  server: { listen: "127.0.0.1:8923" }
YAML
    )
    chmod 0640 "$etc/tocsin.yaml"
    own root:tocsin "$etc/tocsin.yaml"
  fi
}

install_unit() {
  mkdir -p "$(dirname "$unit")"
  cp "$program/deploy/systemd/tocsin.service" "$unit"
  chmod 0644 "$unit"
}

start_service() {
  systemctl daemon-reload
  systemctl enable --quiet tocsin.service
  systemctl restart tocsin.service
  say 'it runs; the token of the administrator is in /var/lib/tocsin/data/admin-token'
}

if [ "$uninstall" = yes ]; then
  if is_live && [ "$(id -u)" != 0 ]; then fail 'run it as root, or with --root'; fi
  remove_all
  exit 0
fi
check_needs
find_source
add_user
install_program
install_configuration
install_unit
say "installed in $program, configured in $etc"
if [ "$start" = yes ] && has_systemd; then start_service; fi
