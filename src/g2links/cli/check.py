"""`g2links check NAME`: step 4. There is a command for each check of `checks.registry`, made from what it says."""

from pathlib import Path
from typing import Annotated, Any

import typer

from g2links.checks.contract import Check
from g2links.checks.registry import all_checks
from g2links.cli import choices, options
from g2links.cli.session import Session, require_home
from g2links.settings.quick_sizes import size

app = typer.Typer(no_args_is_help=True, help="Step 4: how far the identities hold. Exit code 1 if a threshold fails.")

_PSI_METHOD = Annotated[
    choices.PsiMethod,
    typer.Option(
        "--psi-method", help="Where psi comes from: *phi in the learned metric, or the 4form network (model)."
    ),
]
_OWN_OPTIONS: dict[str, dict[str, tuple[Any, Any]]] = {
    "g2_run": {"g2_run_number": (options.G2Run, None)},
    "psi_method": {"psi_method": (_PSI_METHOD, "star")},
    "derivative": {"derivative": (options.Derivative, "autodiff"), "epsilon": (options.Epsilon, 1e-3)},
}
"""For each option of a check its parameters, with annotation and default."""


def command_of(check: Check) -> Any:
    """The function of one command, with the parameters that Typer reads."""
    parameters: dict[str, tuple[Any, Any]] = {
        "cy_run_number": (options.CyRun, None),
        "n_points": (options.CheckPoints, None),
    }
    for option in check.options:
        parameters |= _OWN_OPTIONS[option]
    parameters |= {
        "seed": (options.Seed, 0),
        "quick": (options.Quick, False),
        "home": (options.Home, Path()),
        "json": (options.JsonFile, None),
        "quiet": (options.Silent, False),
        "verbose": (options.Verbose, False),
    }

    def command(**given: Any) -> None:
        from g2links.storage.layout import Home
        from g2links.workflow.steps import check_step

        session = Session(given.pop("json"), given.pop("quiet"), given.pop("verbose"))
        home = Home(given.pop("home"))
        require_home(home.path)
        n_points = size("check_points", given.pop("n_points"), given["quick"])
        runs = {name.removesuffix("_number"): given.pop(name) for name in list(given) if name.endswith("_run_number")}
        session.finish(check_step(home, check.name, n_points=n_points, progress=session.progress, **runs, **given))

    command.__doc__ = check.summary
    return options.with_parameters(command, parameters)


for _check in all_checks().values():
    app.command(_check.name, epilog=options.example(f"check {_check.name} --n-points 1000"))(command_of(_check))
