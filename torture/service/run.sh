#!/bin/sh
# Installs and runs the service under a real systemd, in a clean Debian of its own: made by debootstrap, started by
# systemd-nspawn. Needs root and the packages debootstrap and systemd-container.
#
#   sudo torture/service/run.sh FOLDER    makes FOLDER/root once (400 MB), and leaves it for the next time
set -eu
[ $# -eq 1 ] || { echo "usage: run.sh FOLDER" >&2; exit 2; }
repository=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
packages=ca-certificates,curl,git,openssh-client,util-linux,systemd,systemd-sysv,dbus,procps,sudo

if [ ! -e "$folder/clean" ]; then
  debootstrap --variant=minbase --include=$packages bookworm "$folder/making" http://deb.debian.org/debian
  mv "$folder/making" "$folder/clean"
fi
rm -rf "$folder/root"
cp -a "$folder/clean" "$folder/root"

# What a machine has before Tocsin comes: a Node, npm, and the settings of both for this network.
cp "$repository/node_modules/.bin/node" "$folder/root/usr/local/bin/node"
mkdir -p "$folder/root/usr/local/lib/node_modules"
cp -a "$(npm root --global)/npm" "$folder/root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$folder/root/usr/local/bin/npm"
for path in /etc/npmrc /etc/resolv.conf /etc/ssl/certs/ca-certificates.crt; do
  [ ! -e "$path" ] || cp --dereference "$path" "$folder/root$path"
done
echo "127.0.0.1 localhost $(hostname)" > "$folder/root/etc/hosts"

mkdir "$folder/root/root/tocsin"
(cd "$repository" && git ls-files -z | xargs -0 cp --parents --target-directory "$folder/root/root/tocsin")

systemd-nspawn --directory="$folder/root" --register=no --keep-unit --boot > "$folder/boot.log" 2>&1 &
nspawn=$!
trap 'kill $nspawn 2> /dev/null || true; wait $nspawn || true' EXIT
init=''
while [ -z "$init" ]; do
  kill -0 $nspawn || { cat "$folder/boot.log" >&2; exit 1; }
  sleep 0.5
  init=$(pgrep --parent $nspawn || true)
done

nsenter --target "$init" --mount --uts --ipc --pid --cgroup -- env --ignore-environment HOME=/root \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt sh /root/tocsin/torture/service/inside.sh
