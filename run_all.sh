#!/usr/bin/env bash
# The whole workflow: makes .venv on the first run, then `g2links pipeline`, which takes all options given here.
#   bash run_all.sh [--quick] [--home DIR] ...
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/environment/setup.sh" core || exit $?
exec g2links pipeline "$@"
