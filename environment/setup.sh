#!/usr/bin/env bash
# Make .venv in the project's folder and install g2links into it; sourced by run_all.sh and run_tests.sh.
#   source environment/setup.sh core|dev
# Installs exactly the versions of the hashed lock, once: a stamp inside .venv remembers which lock it holds.

g2links_setup() {
    local extra=$1 root lock stamp python candidate
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
    if [ "$extra" = dev ]; then lock=$root/environment/requirements-dev.lock; else lock=$root/environment/requirements.lock; fi
    stamp=$root/.venv/.installed-$extra
    if ! cmp -s "$lock" "$stamp" || ! [ -x "$root/.venv/bin/g2links" ]; then
        python=
        for candidate in python3.11 python3.12 python3.13 python3; do
            if command -v "$candidate" >/dev/null 2>&1 &&
                "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
                python=$candidate
                break
            fi
        done
        if [ -z "$python" ]; then
            echo "g2links: Python 3.11 or newer is missing: apt-get install python3.11 python3.11-venv" >&2
            return 3
        fi
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "g2links: $python has no venv module: apt-get install python3-venv (or $python-venv)" >&2
            return 3
        fi
        echo "g2links: installing into $root/.venv (once; about 1 GB)" >&2
        [ -x "$root/.venv/bin/python" ] || "$python" -m venv "$root/.venv" || return 3
        "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" &&
            "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
                -e "$root" || {
            echo "g2links: pip could not install $lock (the messages above say why)" >&2
            return 3
        }
        cp "$lock" "$stamp"
        [ "$extra" = core ] || cp "$root/environment/requirements.lock" "$root/.venv/.installed-core"
    fi
    export PATH=$root/.venv/bin:$PATH
}

g2links_setup "${1:-core}"
