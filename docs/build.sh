#!/usr/bin/env bash
# Make the documentation site in docs/_build/html, from nothing and without a warning. Arguments are for sphinx-build,
# such as -D nb_execution_mode=off, which leaves the outputs of the tutorials out.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/environment/setup.sh" dev

# kernels of this build alone, without what the user's own do at their start
export IPYTHONDIR=$root/docs/_build/ipython
mkdir -p "$IPYTHONDIR/profile_default"
echo 'get_config().IPKernelApp.log_level = "ERROR"' >"$IPYTHONDIR/profile_default/ipython_kernel_config.py"
# the tutorials are small: most of their time is compilation, and they share what is compiled
export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0.1
export XLA_FLAGS="${XLA_FLAGS:-} --xla_backend_optimization_level=0"
# versions of JAX after 0.11.0 end a process whose flags have this one
if python -c 'import sys, jax; sys.exit(jax.__version_info__ > (0, 11, 0))'; then
    XLA_FLAGS+=" --xla_cpu_use_fusion_emitters=false"
fi
exec sphinx-build -W --keep-going -q -b html "$@" "$root/docs" "$root/docs/_build/html"
