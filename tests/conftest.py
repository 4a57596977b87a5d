"""Fixtures for every test: randomness from one seed, the same in every run unless another is asked for.

G2LINKS_TEST_SEED=N takes the seed N, G2LINKS_TEST_SEED=random a new one (and new examples for hypothesis). The seed is
in the header and in the report of each failure.

Arrays of different ranks are not combined without a word: a missing axis is an error.
"""

from tests.compiled_functions import CACHE, LEAST_SECONDS  # isort: skip (before g2links, which chooses the user's)
import g2links  # noqa: F401  (before JAX: it sets float64)

# isort: split
import fcntl
import gc
import os
import secrets
import zlib
from collections.abc import Generator
from pathlib import Path

import hypothesis
import jax
import jaxtyping
import numpy as np
import pytest

from tests.cli.commands import SMALL_CY, run

os.environ["JAX_NUMPY_RANK_PROMOTION"] = "raise"  # of the processes that tests start, too
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_compilation_cache_dir", os.environ[CACHE])
jax.config.update("jax_persistent_cache_min_compile_time_secs", float(os.environ.get(LEAST_SECONDS, "1")))

QUICKLY_COMPILED = {"xla_backend_optimization_level": "0"} | (
    {"xla_cpu_use_fusion_emitters": "false"} if jax.__version_info__ <= (0, 11, 0) else {}
)
"""Compilation is most of the time of a test. Of tests/links/test_structure.py the second saves a third: 66 s of
processor time, and 103 s with the first alone; later versions of JAX end a process whose flags have it. The slow tests
run what users run."""


def pytest_configure(config: pytest.Config) -> None:
    flags = os.environ.get("XLA_FLAGS", "")
    if config.option.markexpr == "not slow and not faults":
        chosen = (f"--{name}={value}" for name, value in QUICKLY_COMPILED.items() if name not in flags)
        os.environ["XLA_FLAGS"] = " ".join([flags, *chosen]).strip()


SEED_VARIABLE = "G2LINKS_TEST_SEED"
SEED_GIVEN = os.environ.get(SEED_VARIABLE) or "20260"
# processes that run tests side by side take the seed that the first one drew
DRAWN = os.environ.setdefault("G2LINKS_TEST_SEED_DRAWN", str(secrets.randbits(31)))
RUN_SEED = int(DRAWN if SEED_GIVEN == "random" else SEED_GIVEN)

hypothesis.settings.register_profile("g2links", max_examples=20, deadline=None, derandomize=SEED_GIVEN != "random")
hypothesis.settings.load_profile("g2links")


def pytest_report_header() -> str:
    return f"random seed: {RUN_SEED} (replay with {SEED_VARIABLE}={RUN_SEED})"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of campaigns, which their tests give to the fixture `figures`."""
    reports = [report for report in terminalreporter.getreports("passed") if report.when == "call"]
    lines = [value for report in reports for name, value in report.user_properties if name == "figures"]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and {"rng", "key"} & set(getattr(item, "fixturenames", ())):
        report.sections.append(("random seed", f"replay with {SEED_VARIABLE}={RUN_SEED}"))
    return report


def _test_seed(request: pytest.FixtureRequest) -> int:
    """A seed for one test: the same whichever tests run beside it."""
    return (RUN_SEED + zlib.crc32(request.node.nodeid.encode())) % 2**31


MOST_MAPPINGS = 30_000
"""Of memory, in one process. Compiled functions have some each; Linux allows 65,530, and XLA dies where that is not
enough."""


@pytest.fixture(scope="module", autouse=True)
def few_compiled_functions() -> Generator[None]:
    """After a module, compiled functions are forgotten where there are very many."""
    yield
    mappings = Path("/proc/self/maps")
    if mappings.exists() and len(mappings.read_bytes().splitlines()) > MOST_MAPPINGS:
        jax.clear_caches()
        gc.collect()


@pytest.fixture(scope="session")
def solved_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the run of `SMALL_CY`, made once for all processes: to be copied, not written to."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home, made = shared / "solved", shared / "solved.made"
    with (shared / "solved.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            assert run(["cy", *SMALL_CY, "--home", str(home)]) == 0
            made.touch()
    return home


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A NumPy generator of the test's own."""
    return np.random.default_rng(_test_seed(request))


@pytest.fixture
def as_users_run() -> Generator[None]:
    """Shapes and types are not checked, as where the tests do not run: for tests of the sentences on wrong input."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture
def key(request: pytest.FixtureRequest) -> jax.Array:
    """A JAX key of the test's own."""
    return jax.random.key(_test_seed(request))
