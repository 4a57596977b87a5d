"""What JAX compiles is kept in a folder of this run of the suite, because many tests, and the processes that they
start, compile the same functions; those that take milliseconds too, of which there are thousands."""

import atexit
import os
import shutil
import tempfile

CACHE, LEAST_SECONDS = "JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"

if CACHE not in os.environ:
    os.environ[CACHE] = tempfile.mkdtemp(prefix="g2links-compiled-")
    os.environ[LEAST_SECONDS] = "0"
    atexit.register(shutil.rmtree, os.environ[CACHE], ignore_errors=True)
