#!/usr/bin/env bash
# Makes ready what the container tests need: a Docker engine and the base image. Run it as often as you like.
#
# An engine that answers is used as it is, and no root is needed. If there is none, root on Debian gets one;
# it ends with the tests (stop.sh), at the latest after two hours. A base image that cannot be pulled is made
# from Debian's packages.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly STATE=.venv/container
readonly LOCAL_BASE=pulse-ci-base:trixie
PUBLIC_BASE=$(sed -n 's/^ARG BASE_IMAGE=//p' Dockerfile)
readonly PUBLIC_BASE

say() { printf 'container: %s\n' "$*"; }
fail() { printf 'container: %s\n' "$*" >&2; exit 1; }
engine_answers() { timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }
has() { command -v "$1" >/dev/null || test -x "/usr/sbin/$1"; }

install_packages() {
    test "$(id -u)" = 0 || fail "no Docker engine answers; start one, or run this as root on Debian"
    has apt-get || fail "no Docker engine answers, and there is no apt-get to install one with"
    say "installing $*"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
        >"$STATE/apt.log" 2>&1 || { tail -n 20 "$STATE/apt.log" >&2; fail "apt-get could not install $*"; }
}

start_engine() {
    test "$(id -u)" = 0 || fail "no Docker engine answers; start one, or run this as root on Debian"
    has dockerd && has docker || install_packages docker.io
    # Left to itself it takes the best storage driver, but refuses to start on the traces of two.
    local driver=()
    test ! -d /var/lib/docker/vfs || driver=(--storage-driver=vfs)
    say "starting dockerd (log: $STATE/dockerd.log)"
    PATH="$PATH:/usr/sbin:/sbin" setsid nohup timeout --kill-after=30 2h \
        dockerd "${driver[@]}" --iptables=false --bridge=none \
        >"$STATE/dockerd.log" 2>&1 </dev/null &
    echo $! >"$STATE/dockerd.pid"
    for _ in $(seq 60); do
        engine_answers && return
        kill -0 "$(cat "$STATE/dockerd.pid")" 2>/dev/null || break
        sleep 1
    done
    tail -n 20 "$STATE/dockerd.log" >&2
    fail "dockerd does not answer"
}

make_base() {
    has debootstrap || install_packages debootstrap
    say "making $LOCAL_BASE from Debian's packages; this takes a minute or two, once"
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    chmod 755 "$root"
    debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv trixie "$root" \
        >"$STATE/debootstrap.log" 2>&1 || { tail -n 20 "$STATE/debootstrap.log" >&2; fail "debootstrap failed"; }
    if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
        cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
        chroot "$root" update-ca-certificates >/dev/null 2>&1
    fi
    rm -rf "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* \
        "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/*
    tar -C "$root" --one-file-system -c . | docker import - "$LOCAL_BASE" >/dev/null
}

choose_base() {
    if docker image inspect "$PUBLIC_BASE" >/dev/null 2>&1; then
        echo "$PUBLIC_BASE" >"$STATE/base-image"
    elif docker image inspect "$LOCAL_BASE" >/dev/null 2>&1; then
        echo "$LOCAL_BASE" >"$STATE/base-image"
    elif timeout 120 docker pull --quiet "$PUBLIC_BASE" >"$STATE/pull.log" 2>&1; then
        echo "$PUBLIC_BASE" >"$STATE/base-image"
    else
        say "$PUBLIC_BASE cannot be pulled from here"
        make_base
        echo "$LOCAL_BASE" >"$STATE/base-image"
    fi
}

mkdir -p "$STATE"
has docker && engine_answers || start_engine
say "engine $(docker version --format '{{.Server.Version}}')"
choose_base
say "base image $(cat "$STATE/base-image")"
