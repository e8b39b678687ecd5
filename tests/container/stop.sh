#!/usr/bin/env bash
# Stops the engine that prepare.sh started, and no other.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly PID_FILE=.venv/container/dockerd.pid

test -f "$PID_FILE" || exit 0
pid=$(cat "$PID_FILE")
rm -f "$PID_FILE"
grep -qz dockerd "/proc/$pid/cmdline" 2>/dev/null || exit 0
kill "$pid"
for _ in $(seq 30); do
    kill -0 "$pid" 2>/dev/null || exit 0
    sleep 0.5
done
