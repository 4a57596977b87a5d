#!/usr/bin/env bash
# For maintainers: the quick suite under every Python that g2links is for and that is there, each in an environment of
# its own with the newest versions that pyproject.toml allows. Options are for pytest.
#   bash environment/interpreters.sh [OPTIONS OF PYTEST]
#   PYTHONS="python3.12 /opt/python3.13/bin/python" bash environment/interpreters.sh tests/forms
# The environments are kept in build/interpreters, or in the folder ENVIRONMENTS; delete them to start from nothing.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 3
environments=${ENVIRONMENTS:-$root/build/interpreters}
found=0 failed=0 summary=
for python in ${PYTHONS:-python3.11 python3.12 python3.13}; do
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || {
        summary+="$python: not there"$'\n'
        continue
    }
    found=$((found + 1))
    place=$environments/$version
    if { [ -x "$place/bin/python" ] || "$python" -m venv "$place"; } &&
        "$place/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade --editable ".[build,dev]"; then
        jax=$("$place/bin/python" -c 'import importlib.metadata as m; print(m.version("jax"))')
        "$place/bin/python" -m pytest "$@"
        code=$?
        summary+="Python $version, JAX $jax: pytest ended with exit code $code"$'\n'
    else
        code=1
        summary+="Python $version: the installation failed"$'\n'
    fi
    [ "$code" = 0 ] || failed=1
done
printf '\n%s' "$summary"
[ "$found" -gt 0 ] || exit 3
exit "$failed"
