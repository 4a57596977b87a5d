#!/usr/bin/env bash
# For maintainers: remake the hashed locks with uv (https://docs.astral.sh/uv/). Users need only pip.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { # lock OUTPUT EXTRA...
    local output=$1 extras=()
    shift
    for extra in "$@"; do extras+=(--extra "$extra"); done
    uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet \
        "${extras[@]}" --output-file "environment/$output"
}
lock requirements.lock build
lock requirements-dev.lock build dev
