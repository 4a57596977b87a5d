"""`g2links pipeline`: every step of the workflow, one after the other, with the options of all of them.

The options are those that the commands of the steps declare. A flag that two steps have takes the name of its step in
front, as `--train-batch-size`; `--n-points` alone is that of the metric.
"""

import copy
import inspect
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args

import typer
from typer.models import OptionInfo

from g2links.checks.registry import all_checks
from g2links.cli import options
from g2links.cli.check import command_of
from g2links.cli.cy import cy, solving_options
from g2links.cli.sample import sample
from g2links.cli.session import FAILED, Session, refuse_missing, require_new_home
from g2links.cli.train import train, training_options
from g2links.cli.varieties import DEFAULT, OF_THE_VARIETY, named_variety

_OF_ALL = ("seed", "quick", "fresh", "home", "json", "quiet", "verbose", "hyperparameters")
"""Options that have one meaning for the whole pipeline."""

_DECIDED = ("cy_run_number", "g2_run_number", "task", "psi_method", *OF_THE_VARIETY)
"""Those that the pipeline decides on, and those that say what V is."""

_PANELS = {"cy": "Step 1, the metric", "sample": "Step 2, data", "train": "Step 3, networks", "check": "Step 4, checks"}

_UNPREFIXED = ("cy", "n_points")

_Fresh = Annotated[bool, typer.Option("--fresh", help="Forget an interrupted pipeline; start anew.")]
_Hyperparameters = Annotated[
    Path | None,
    typer.Option(
        "--hyperparameters", help="YAML file of steps 2 and 3 (default: hyperparameters/hps.yaml, else built in)."
    ),
]
_COMMON: dict[str, tuple[Any, Any]] = {
    "polynomial": (options.Polynomial, DEFAULT),
    "weights": (options.Weights, None),
    "configuration": (options.Configuration, None),
    "ambient": (options.Ambient, None),
    "equations": (options.Equations, None),
    "polarisation": (options.Polarisation, None),
    "hyperparameters": (_Hyperparameters, None),
    "seed": (options.Seed, 0),
    "quick": (options.Quick, False),
    "fresh": (_Fresh, False),
    "home": (options.Home, Path()),
    "json": (options.JsonFile, None),
    "quiet": (options.Silent, False),
    "verbose": (options.Verbose, False),
}
"""The pipeline's own options, with annotation and default."""


class _Option(NamedTuple):
    """An option that a step declares: its name there, the type of its value, what Typer is told, and its default."""

    step: str
    name: str
    kind: Any
    info: OptionInfo
    default: Any

    @property
    def flags(self) -> list[str]:
        """As they are written; Typer keeps the first one where defaults are."""
        return [str(self.info.default), *(self.info.param_decls or ())]

    @property
    def parameter(self) -> str:
        """Its name in the pipeline."""
        return f"{self.step}_{self.name}"

    def annotation(self, common: set[str]) -> Any:
        """What Typer reads, where the flags in `common` are those of several steps."""
        flags = [f"--{self.step}-{flag.removeprefix('--')}" if flag in common else flag for flag in self.flags]
        if (self.step, self.name) == _UNPREFIXED:
            flags = self.flags
        info = copy.copy(self.info)
        info.default, info.param_decls, info.rich_help_panel = flags[0], tuple(flags[1:]), _PANELS[self.step]
        return Annotated[self.kind, info]


def _declared() -> Iterator[_Option]:
    """The options of all steps; of the checks each once."""
    checks = [("check", command_of(check)) for check in all_checks().values()]
    seen: set[tuple[str, str]] = set()
    for step, command in (("cy", cy), ("sample", sample), ("train", train), *checks):
        for name, parameter in inspect.signature(command).parameters.items():
            if name in (*_OF_ALL, *_DECIDED) or (step, name) in seen:
                continue
            seen.add((step, name))
            kind, info = get_args(parameter.annotation)
            yield _Option(step, name, kind, info, parameter.default)


def _of_step(step: str, declared: list[_Option], given: Mapping[str, Any]) -> dict[str, Any]:
    """What the user gave for one step, which is not the default."""
    own = {option.name: (given[option.parameter], option.default) for option in declared if option.step == step}
    return {name: value for name, (value, default) in own.items() if value != default}


def _command() -> Any:
    """The function of the command, with the parameters that Typer reads."""
    declared = list(_declared())
    counts = Counter(flag for option in declared for flag in option.flags)
    common = {flag for flag, count in counts.items() if count > 1}
    parameters = {option.parameter: (option.annotation(common), option.default) for option in declared} | _COMMON

    def command(**given: Any) -> None:
        """The whole workflow: Calabi-Yau metric, link samples, three networks, and all checks.

        Interrupted, the same command skips the steps that are done and resumes the one that was cut off.
        """
        from g2links.workflow.pipeline import pipeline as run

        session = Session(given["json"], given["quiet"], given["verbose"])
        require_new_home(given["home"])
        refuse_missing(given["hyperparameters"], "--hyperparameters")
        files = options.given({"hyperparameters": given["hyperparameters"]})
        cy_options, sampling, training, checking = (_of_step(step, declared, given) for step in _PANELS)
        named = named_variety({name: given[name] for name in OF_THE_VARIETY}, given["seed"])
        result = run(
            named.given,
            weights=named.weights,
            n_points=cy_options.pop("n_points", None),
            n_rotations=sampling.pop("n_rotations", None),
            check_points=checking.pop("n_points", None),
            solving=solving_options(cy_options),
            sampling={**sampling, **files},
            training={**training_options(training), **files},
            checking=checking,
            seed=given["seed"],
            quick=given["quick"],
            home=given["home"],
            fresh=given["fresh"],
            say=session.say,
            tell=session.tell,
            progress=session.progress,
        )
        failed = result.failed
        (session.warn if failed else session.say)(
            f"== pipeline: {len(result.steps)} steps in {result.seconds:.0f} s; "
            + (f"FAILED: {', '.join(failed)}" if failed else "all passed")
        )
        record = {"command": "pipeline", "steps": result.steps, "seconds": result.seconds}
        session.write_json({**record, "passed": not failed, "failed": failed})
        if failed:
            raise typer.Exit(FAILED)

    return options.with_parameters(command, parameters)


pipeline = _command()
