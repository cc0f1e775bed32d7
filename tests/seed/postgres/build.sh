#!/bin/sh
# Builds the stand-in on the host's engine, where `images: [debian:bookworm, postgres:latest]` of a machine finds it. A `postgres`
# that is there already, such as the official one, is left alone.
set -eu
cd "$(dirname "$0")"
docker image inspect postgres:latest >/dev/null 2>&1 && [ "${1:-}" != --force ] && exit 0
docker build --quiet --label guidepost.stand-in=postgres --tag postgres:latest .
