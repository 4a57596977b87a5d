"""What a step of the workflow did, in a few lines of text for whoever started it, from its record."""

import math
from collections.abc import Sequence

from g2links.records import MetricRecord, NetworkRecord, SavedSamplesRecord
from g2links.ricci_flat.family import described_ansatz
from g2links.varieties.points.sampling import POOR_SAMPLE

_FILES_OF_WHOLE_SETS = 4
"""All, train, val and test: more are shards."""


def metric_summary(
    record: MetricRecord, *, variety: str, run: int, resumed: bool, model: str, picture: str, verdict: str
) -> list[str]:
    """A Calabi-Yau metric (step 1), from the record of its run.

    Args:
        variety: the name of V.
        resumed: whether the run went on from a checkpoint.
        model, picture: paths of the model and of the picture of its history.
        verdict: what it is good for, in words.
    """
    figures, error, share = record["figures"], record["standard_errors"], record["effective_sample_size"]
    warnings = (
        [
            f"warning: the points count for {100 * share:.1f} % of as many equal ones; take more (--n-points), "
            "and see whether f is close to a singular one (g2links polynomials)"
        ]
        if share < POOR_SAMPLE
        else []
    )
    reason = record.get("ansatz_reason", "asked for")  # runs of version 0.1 do not say why, nor where they are worst
    supremum = record.get("supremum")
    worst = [] if supremum is None else [f"  ma_supremum    {supremum['value']:.3e} at z = {_point(supremum['z'])}"]
    return [
        *warnings,
        f"Calabi-Yau metric of {variety}: run {run}{_resumed(resumed)}",
        f"  ansatz         {described_ansatz(record['ansatz'])}, {record['parameters']} unknowns ({reason})",
        f"  sigma          {figures['sigma']:.3e} +- {error['sigma']:.1e}  on {record['points']['test']} test points",
        f"  ma_rms         {figures['ma_rms']:.3e}   largest {figures['ma_max']:.3e}",
        *worst,
        f"  volume_ratio   {figures['volume_ratio']:.6f} +- {error['volume_ratio']:.6f}",
        f"  normalisation  {figures['normalisation']:.6f} +- {error['normalisation']:.6f}",
        f"  d_omega        {figures['d_omega']:.1e}   smallest eigenvalue {figures['smallest_eigenvalue']:.3g}",
        f"  stopped after {record['iterations']} iterations: {record['stopped_because']}",
        f"  effective sample size of the |Omega|^2 weights: {100 * share:.1f} %",
        f"  {figures['seconds']:.1f} s; {model}; {picture}",
        f"  verdict        {verdict}",
    ]


def _point(z: Sequence[Sequence[float]]) -> str:
    """A point of a record in the notation of Python, to five digits of its largest coordinate; the record has all."""
    largest = max(abs(complex(*pair)) for pair in z)
    decimals = 4 - math.floor(math.log10(largest))
    return "[" + ", ".join(_number(complex(*(round(part, decimals) for part in pair))) for pair in z) + "]"


def _number(value: complex) -> str:
    return f"{value:.5g}" if value.real and value.imag else f"{value.imag:.5g}j" if value.imag else f"{value.real:.5g}"


def samples_summary(record: SavedSamplesRecord, *, folder: str) -> list[str]:
    """The data sets of the link (step 2), from what their manifest says, in a folder."""
    base, options = record["base_points"], record["options"]
    files = (
        [f"  files          {record['files']}, of at most {options['shard_size']} base points each"]
        if record["files"] > _FILES_OF_WHOLE_SETS
        else []
    )
    return [
        f"Link samples of Calabi-Yau run {record['cy_run']}: {record['rows']} rows in {folder}",
        *files,
        f"  base points    {base['all']} = {base['train']} train + {base['val']} val + {base['test']} test",
        f"  rotations      {options['n_rotations']} for each base point, none of which is in two sets",
        f"  effective sample size of the |Omega|^2 weights: {100 * record['effective_sample_size']:.1f} %",
        f"  {record['evaluations_per_second']:.0f} evaluations/s, {record['samples_per_second']:.0f} rows/s: the "
        f"rotations of a point have its components; {record['seconds']:.1f} s in all",
    ]


def network_summary(record: NetworkRecord, *, run: int, resumed: bool, model: str, pictures: str) -> list[str]:
    """A network (step 3), from the record of its run.

    Args:
        resumed: whether the run went on from a checkpoint.
        model, pictures: paths of the model and of the pictures.
    """
    figures, points = record["figures"], record["base_points"]
    on_training = figures["normalised_rmse_train"]
    return [
        f"Network for {record['task']} ({record['hyperparameters']['architecture']}): run {run}{_resumed(resumed)}",
        f"  base points     {points['train']} train, {points['validation']} validation, {points['test']} test",
        f"  relative error  {figures['relative_error']:.3e} on held-out base points "
        f"({figures['relative_error_train']:.3e} on training points)",
        f"  normalised RMSE {figures['normalised_rmse']:.3e} ({on_training:.3e} on training points)",
        f"  best epoch {record['best_epoch']} of {len(record['history'])}: {record['stopped_because']}",
        f"  {figures['seconds']:.1f} s; {model}; {pictures}",
    ]


def _resumed(resumed: bool) -> str:
    return " (resumed)" if resumed else ""
