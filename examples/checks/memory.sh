#!/bin/sh
# Usage: memory.sh WARN CRITICAL
# How much of the memory is in use, in percent; what the system can give back at once counts as free.
# Exit 0: below WARN, 1: from WARN on, 2: from CRITICAL on. Reads /proc/meminfo on Linux, memory_pressure on macOS.
set -eu
warn=$1
critical=$2

if [ -r /proc/meminfo ]; then
  used=$(awk '/^MemTotal:/ { total = $2 } /^MemAvailable:/ { free = $2 } END { printf "%d", 100 - 100 * free / total }' /proc/meminfo)
else
  free=$(memory_pressure -Q | awk -F': ' '/free percentage/ { sub("%", "", $2); print $2 }')
  used=$((100 - free))
fi
echo "$used % of the memory is in use (degraded from $warn %, down from $critical %)"

[ "$used" -lt "$critical" ] || exit 2
[ "$used" -lt "$warn" ] || exit 1
