"""How a command ends: by signals, by a closed stream, by an error that nobody foresaw, in an environment that cannot
be. Commands of a few lines stand for the real ones, which come in through the same door."""

import os
import shlex
import signal
import subprocess
import sys
import textwrap
import time

import pytest

FRAME = """
import os, signal, sys, time
import typer
from g2links.cli.boundary import run_app

if not ignoring:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

def build():
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

    @app.command()
    def command():
{body}
    return app

run_app(build, [], "g2links")
"""
READY = 'print("ready", flush=True)'
GOES_ON = "the same command goes on from its last checkpoint, if there is one"


def program(body: str, *, ignoring: bool = False) -> list[str]:
    """A process with one command of this body; signals have their usual meaning, also where the tests run under nohup,
    unless it is `ignoring`."""
    code = FRAME.format(body=textwrap.indent(textwrap.dedent(body), " " * 8))
    return [sys.executable, "-c", f"ignoring = {ignoring}\n{code}"]


def ended(body: str, **options: object) -> subprocess.CompletedProcess[str]:
    """The command, when it has ended."""
    return subprocess.run(program(body), capture_output=True, text=True, timeout=60, **options)


def signalled(body: str, *numbers: int) -> tuple[int, str]:
    """Exit code and standard error of the command, which gets these signals one after the other once it is ready."""
    with subprocess.Popen(program(body), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            for number in numbers:
                process.send_signal(number)
                time.sleep(0.3)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    return process.returncode, said


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_a_command_with_one_sentence_and_its_own_code(name, code):
    found = signalled(f"{READY}\ntime.sleep(60)", getattr(signal, name))
    assert found == (code, f"g2links: interrupted by {name}; {GOES_ON}\n")


def test_a_second_signal_ends_it_at_once_even_where_python_does_not_look():
    """What holds the first one up stands for a compilation: no handler of Python runs before it is over."""
    stubborn = f"""
    try:
        {READY}
        time.sleep(60)
    except KeyboardInterrupt:
        time.sleep(60)
    """
    code, said = signalled(stubborn, signal.SIGINT, signal.SIGTERM)
    assert code == 143
    assert said.strip() == "g2links: ended at once"


def test_a_signal_that_is_ignored_stays_so():
    """As under nohup."""
    body = f"""
    {READY}
    time.sleep(1.5)
    print("done", flush=True)
    """
    ignoring = f"trap '' HUP; exec {shlex.join(program(body, ignoring=True))}"
    process = subprocess.Popen(["bash", "-c", ignoring], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGHUP)
    rest, _ = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "done\n")


def test_a_bug_is_reported_with_a_file_and_without_a_traceback(tmp_path):
    found = ended('raise KeyError("lost")', env={**os.environ, "TMPDIR": str(tmp_path)})
    assert found.returncode == 70
    (log,) = tmp_path.glob("g2links-error-*.log")
    assert found.stderr == f"g2links: a bug of g2links (KeyError): please report it with the file {log}\n"
    assert "KeyError: 'lost'" in log.read_text()


def test_a_bug_where_no_file_can_be_written_is_one_sentence_too(tmp_path):
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    found = ended(f'{full}; raise KeyError("lost")', env={**os.environ, "TMPDIR": str(tmp_path)})
    assert found.returncode == 70
    assert found.stderr.startswith("g2links: a bug of g2links (KeyError): please report it with this line: 'Traceback")
    assert "KeyError: \\'lost\\'" in found.stderr
    assert len(found.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise MemoryError", "memory: not enough"),
        ('raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 9 bytes.")', "memory: not enough"),
        ('raise ImportError("libx.so: failed to map segment")', "a library cannot be loaded"),
        ('open("/nowhere/file")', "/nowhere/file"),
        (
            "os.mkdir('gone'); os.chdir('gone'); os.rmdir(os.getcwd()); os.getcwd()",
            "gone away",
        ),
    ],
)
def test_what_the_machine_is_to_blame_for_is_one_sentence(tmp_path, body, words):
    found = ended(body, cwd=tmp_path)
    assert found.returncode == 2
    assert words in found.stderr
    assert len(found.stderr.splitlines()) == 1


def in_shell(body: str, redirected: str) -> subprocess.CompletedProcess[str]:
    """The command with redirections of its streams."""
    command = f"{shlex.join(program(body))} {redirected}"
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)


MANY_WORDS = """
for i in range(20_000):
    print(i)
    print(i, file=sys.stderr)
"""


def test_a_reader_that_goes_away_is_no_failure():
    """`| head -1`, and streams that were closed from the start."""
    assert in_shell(MANY_WORDS, "2>/dev/null | head -1; exit ${PIPESTATUS[0]}").returncode == 0
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        assert in_shell(MANY_WORDS, closed).returncode == 0


def test_a_full_disk_is_one():
    found = in_shell('print("words", flush=True)', ">/dev/full")
    assert found.returncode == 2
    assert "No space left" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("KERAS_BACKEND", "torch", "jax, the only one"), ("JAX_PLATFORMS", "cuda", "a device that JAX finds")],
)
def test_an_environment_that_cannot_be_is_refused_in_one_sentence(name, value, words):
    found = ended("pass", env={**os.environ, name: value})
    assert found.returncode == 2
    assert f"{name}: got '{value}'; {words}" in found.stderr
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize("first", ["", "import jax; jax.config.update('jax_enable_x64', False);"])
def test_numbers_have_double_precision_whatever_the_shell_says(first):
    code = f"{first}import g2links, jax.numpy as jnp; print(jnp.ones(1).dtype)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "JAX_ENABLE_X64": "0"}
    )
    assert found.stdout == "float64\n", found.stderr
