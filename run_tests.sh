#!/usr/bin/env bash
# The tests: makes .venv on the first run, then pytest, which takes all options given here.
#   bash run_tests.sh            the suite that takes minutes
#   bash run_tests.sh -m slow    the long tests alone
#   bash run_tests.sh -m faults  kills, damaged files, full disks and commands started together; hours
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/environment/setup.sh" dev || exit $?
cd "$here" || exit $?
exec python -m pytest "$@"
