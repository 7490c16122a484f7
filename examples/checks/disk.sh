#!/bin/sh
# Usage: disk.sh PATH WARN CRITICAL
# How full the file system of PATH is, in percent. Exit 0: below WARN, 1: from WARN on, 2: from CRITICAL on.
set -eu
path=$1
warn=$2
critical=$3

# -P keeps each file system on one line, with the percentage in the fifth column (POSIX df).
used=$(df -P "$path" | awk 'NR == 2 { sub("%", "", $5); print $5 }')
if [ -z "$used" ]; then
  echo "the file system of $path cannot be measured"
  exit 2
fi
echo "$path is $used % full (degraded from $warn %, down from $critical %)"

[ "$used" -lt "$critical" ] || exit 2
[ "$used" -lt "$warn" ] || exit 1
