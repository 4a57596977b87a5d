"""`g2links check measures`: the Calabi-Yau metric itself."""

from functools import partial
from pathlib import Path
from typing import Any

from g2links.cli.session import Session


def run_measures(session: Session, home: Path, cy_run: int | None, n: int, seed: int) -> dict[str, Any]:
    """Evaluate, plot and print; returns the check's JSON."""
    from g2links.checks.thresholds import measures_thresholds
    from g2links.reports.checks import plot_check
    from g2links.reports.statistics import check_record
    from g2links.reports.tables import check_table
    from g2links.storage.json_files import write_json
    from g2links.storage.layout import Home
    from g2links.workflow.measures import evaluate_measures

    place = Home(home)
    with session.progress() as progress:
        found = evaluate_measures(place, cy_run, n, seed, progress=progress)
    limits = measures_thresholds(found.integrals)
    record = check_record("measures", found.cy_number, None, found.pointwise, limits, found.integrals)
    record["n_concentrated"] = found.n_concentrated
    place.make(place.plots)
    stem = place.plots / f"check_measures_cy_run{found.cy_number}"
    draw = partial(plot_check, check="measures", cy_run=found.cy_number)
    draw(f"{stem}.png", found.pointwise, {name: limit for name, limit in limits.items() if name in found.pointwise})
    write_json(f"{stem}.json", record, non_finite="null")
    session.say(check_table(record))
    session.say(f"{stem}.png, {stem.name}.json")
    return record
