#!/bin/sh
# What run.sh runs in the tree: installs, and does to the service what happens to services.
set -u
passed=0 failed=0

# check WHAT COMMAND...: the command must succeed.
check() {
  what=$1
  shift
  if "$@" > /tmp/said 2>&1; then
    passed=$((passed + 1))
    echo "ok      $what"
  else
    failed=$((failed + 1))
    echo "FAILED  $what"
    tail -n 5 /tmp/said
    journalctl --unit=tocsin --lines=5 --no-pager --output=cat
  fi
}

not() { ! "$@"; }
property() { systemctl show --property="$1" --value tocsin; }
is() { [ "$(property "$1")" = "$2" ] || { echo "$1 is $(property "$1"), not $2"; return 1; }; }
logged() { journalctl --unit=tocsin --no-pager --output=cat | grep --quiet "$1"; }
answers() { curl --fail --silent --retry 40 --retry-delay 1 --retry-all-errors "http://127.0.0.1:8923$1"; }
tocsin() { (cd /etc/tocsin && sudo --user=tocsin tocsin "$@"); }
# within SECONDS COMMAND...: the command must succeed in that time.
within() {
  until_s=$(($(date +%s) + $1))
  shift
  until "$@"; do [ "$(date +%s)" -lt $until_s ] || return 1; sleep 0.5; done
}
stays_down() {
  systemctl reset-failed tocsin
  not systemctl start tocsin || return 1
  logged "$1"
}
succeeded() { tocsin runs list --limit 50 | grep --quiet "succeeded .*$1"; }
leaves_nothing() { not pgrep --full 'hang.sh|trap : TERM'; }

within 60 systemctl is-system-running > /dev/null
check 'installs' /root/tocsin/deploy/install.sh
check 'is ready' answers /readyz
check 'its configuration is right' tocsin config check
check 'a token is made' tocsin token create --role operator --name ann
check 'reloads' systemctl reload tocsin

kill -s KILL "$(property MainPID)"
check 'comes back after a kill' within 30 is NRestarts 1
check 'answers again' answers /readyz

systemctl stop tocsin
mv /etc/tocsin/.env /etc/tocsin/elsewhere
check 'does not start without its secrets' stays_down 'Failed to load environment files'
mv /etc/tocsin/elsewhere /etc/tocsin/.env
chmod 0644 /etc/tocsin/.env
check 'does not start where others read its secrets' stays_down 'chmod 0640 /etc/tocsin/.env'
chmod 0640 /etc/tocsin/.env
cp --preserve /etc/tocsin/tocsin.yaml /root/tocsin.yaml
echo 'unknown: 1' >> /etc/tocsin/tocsin.yaml
check 'does not start with a wrong configuration' stays_down 'unknown'
check 'and is not tried again' is ActiveState failed
cp --preserve /root/tocsin.yaml /etc/tocsin/tocsin.yaml

checkout=/var/lib/tocsin/checkout
sudo --user=tocsin mkdir --parents $checkout/automation
cat > $checkout/automation/jobs.yaml <<'YAML'
profiles:
  quick: { cron: "* * * * * *", route: all, tasks: [{ name: write, script: write.sh }] }
  hang: { cron: "* * * * * */10", route: all, tasks: [{ name: hang, script: hang.sh }] }
YAML
# Succeeds where only the folders of Tocsin can be written to, as its own user.
echo '[ "$(id -un)" = tocsin ] && date > written && ! touch /etc/x && ! touch /opt/tocsin/x' > $checkout/write.sh
echo 'setsid sh -c "trap : TERM; while :; do sleep 1; done" & trap : TERM; while :; do sleep 1; done' > $checkout/hang.sh
chown --recursive tocsin: $checkout
cat >> /etc/tocsin/tocsin.yaml <<'YAML'
channels: { log: { type: log } }
routes: [{ name: all, channels: [log] }]
YAML
echo REPO_DIR=$checkout >> /etc/tocsin/.env
systemctl reset-failed tocsin
check 'starts with jobs' systemctl start tocsin
check 'a task writes to its checkout, and nowhere else' within 20 succeeded quick
check 'a task hangs' within 20 pgrep --full hang.sh
check 'stops' systemctl stop tocsin
check 'leaves nothing behind, not even what ignores SIGTERM in a session of its own' leaves_nothing
check 'says what it ended' logged 'left processes behind'

systemctl start tocsin
before=$(property NRestarts)
kill -s STOP "$(property MainPID)"
check 'is started anew by the watchdog when it stands still' within 150 is NRestarts $((before + 1))
check 'answers after that' answers /readyz

check 'upgrades in place' /root/tocsin/deploy/install.sh
check 'keeps what the operator changed' grep --quiet REPO_DIR /etc/tocsin/.env
check 'answers after the upgrade' answers /readyz
check 'its database is whole' tocsin db check
check 'is removed' /root/tocsin/deploy/install.sh --uninstall --purge
check 'and gone' not id tocsin

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
