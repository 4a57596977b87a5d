"""What the JSON files of g2links say: the names of their entries and the types of these, one class for each kind.

Records are plain mappings, as they come from a file and go into `--json`; `storage.records` holds a file against its
class when it is read. What files of earlier versions lack is `NotRequired`.
"""

from collections.abc import Mapping
from typing import Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

VarietyData: TypeAlias = Mapping[str, object]
"""What a family of varieties says of one, and takes to make it again."""


class PolynomialData(TypedDict):
    """A polynomial: its terms are pairs of a coefficient, as real and imaginary part, and exponents."""

    name: str
    weights: list[int]
    terms: list[list[list[float] | list[int]]]


class AnsatzData(TypedDict):
    """A family of potentials, by its kind, and what that kind has."""

    kind: str
    name: NotRequired[str]
    degree: NotRequired[int]
    symmetric: NotRequired[bool]
    basis: NotRequired[int]
    degrees: NotRequired[list[int]]
    lowest: NotRequired[int]
    powers: NotRequired[list[float]]
    steepness: NotRequired[str]
    factors: NotRequired[int]
    factor_degrees: NotRequired[list[int]]
    lowest_factors: NotRequired[int]
    root: NotRequired[float | None]
    widths: NotRequired[list[int]]
    activation: NotRequired[str]


class ArchitectureData(TypedDict):
    """A family of networks, by its kind, and what that kind has."""

    kind: str
    name: NotRequired[str]
    widths: NotRequired[list[int]]
    activation: NotRequired[str]
    degree: NotRequired[int]
    family: NotRequired[str]
    ansatz: NotRequired["AnsatzData"]
    symmetric: NotRequired[bool]
    shared: NotRequired[bool]
    dropout: NotRequired[float]
    standard_inputs: NotRequired[bool]
    standard_outputs: NotRequired[bool]


class FitChoices(TypedDict):
    """The options of step 1; see `workflow.fit_options.FitOptions`."""

    n_points: int
    ansatz: str
    degree: int | None
    widths: NotRequired[list[int] | None]
    activation: NotRequired[str | None]
    optimiser: NotRequired[str]
    iterations: NotRequired[int | None]
    training_points: NotRequired[int | None]
    learning_rate: NotRequired[float]
    batch_size: NotRequired[int]
    seed: int
    start_from: NotRequired[int | None]
    require_sigma: NotRequired[float | None]
    require_supremum: NotRequired[float | None]


class SampleChoices(TypedDict):
    """The options of step 2; see `workflow.base_points.SampleOptions`."""

    n_points: int | None
    n_rotations: int
    source: str
    splits: list[float]
    seed: int
    shard_size: NotRequired[int | None]


class Fingerprint(TypedDict):
    """A function of the user's: a checksum of its code and of its start, and its name where it has one."""

    sha256: str
    name: NotRequired[str]


class Versions(TypedDict):
    """What a result was made with; a package that is not installed has None."""

    python: str
    packages: dict[str, str | None]
    platform: str
    machine: str
    cores: int | None
    device: NotRequired[str | None]
    precision: NotRequired[str | None]
    environment: NotRequired[dict[str, str]]


class Threshold(TypedDict):
    """A limit on a figure; see `checks.thresholds`."""

    statistic: str
    at_most: NotRequired[float]
    at_least: NotRequired[float]
    target: NotRequired[float]
    within: NotRequired[float]


Thresholds: TypeAlias = dict[str, Threshold]
"""By name of the figure."""


class WorstPlace(TypedDict):
    """Where a metric is worst; see `measures.supremum`. `z` are pairs of real and imaginary part."""

    value: float
    ratio: float
    smallest_eigenvalue: float
    z: list[list[float]]
    start: str
    evaluations: int


class WorstPoint(TypedDict):
    """Where a network is worst; see `networks.locations.worst_points`."""

    error: float | None
    base_point: list[float]
    drop_one: int | list[int]
    drop_max: int | list[int]
    shares: list[float]
    smallest_share: float
    invariants: NotRequired[list[float]]


class Iteration(TypedDict):
    """One step of the search for a metric."""

    iteration: int
    rms: float
    sigma_train: float
    sigma_validation: float
    positive_validation: float
    damping: float
    seconds: float


class SearchStage(TypedDict):
    """One family of potentials of those that a search for a metric took one after another; `degree` is None where it
    has none. `worst_of` is the number of an earlier stage, to whose points those were added where its metric is worst,
    and `supremum` the largest error that was found in this one, None where it was not looked for, or the metric is not
    positive somewhere. `closed` says whether dω = 0 to rounding, None where that was not asked, and `kind` of what kind
    the family is, which earlier versions do not say."""

    kind: NotRequired[str]
    degree: int | None
    parameters: int
    training_points: int
    worst_of: NotRequired[int | None]
    sigma_validation: float | None
    positive_validation: float | None
    supremum: NotRequired[float | None]
    closed: NotRequired[bool | None]


class Epoch(TypedDict):
    """One epoch of the training of a network; None where nothing was validated."""

    epoch: int
    loss: float | None
    validation_loss: float | None
    learning_rate: float | None
    seconds: float


class RunRecord(TypedDict):
    """What the record of every saved run has: its number, the checksum of its model, and when it was found (ISO 8601),
    which runs of versions up to 0.2 do not say."""

    run: NotRequired[int]
    sha256: NotRequired[str]
    date: NotRequired[str]


class MetricRecord(RunRecord):
    """A Calabi-Yau metric (step 1): beside its model as `cy_metric_model_run{N}.json`, with the checksum of its
    points."""

    variety: NotRequired[VarietyData]
    polynomial: NotRequired[VarietyData]
    ansatz: AnsatzData
    ansatz_reason: NotRequired[str]
    options: FitChoices
    parameters: int
    points: dict[str, int]
    effective_sample_size: float
    figures: dict[str, float]
    standard_errors: dict[str, float]
    supremum: NotRequired[WorstPlace]
    stopped_because: str
    iterations: int
    best_iteration: int
    stages: NotRequired[list[SearchStage]]
    history: list[Iteration]
    versions: Versions
    data_sha256: NotRequired[str]
    time_limit: NotRequired[float]
    processes: NotRequired[int]


class NetworkChoices(TypedDict):
    """What the user chose for a network; `network` is one of the user's own."""

    hyperparameters: dict[str, object]
    network: NotRequired[Fingerprint]


class NetworkOrigin(TypedDict, total=False):
    """The saved data that a network learned from."""

    cy_run: int
    cy_sha256: str
    data_sha256: dict[str, str]


class NetworkRecord(RunRecord, NetworkChoices):
    """A network of the link (step 3): beside its model as `{task}_run{N}.json`."""

    task: str
    cy_run: int | None
    cy_sha256: NotRequired[str]
    data_sha256: NotRequired[dict[str, str]]
    figures: dict[str, float]
    base_points: dict[str, int]
    weights: int
    stopped_because: str
    best_epoch: int
    worst_points: list[WorstPoint]
    history: list[Epoch]
    versions: Versions


class MeasuredSamples(TypedDict):
    """What is said of rows on the link themselves."""

    rows: int
    base_points: dict[str, int]
    effective_sample_size: float
    samples_per_second: float
    evaluations_per_second: float


class SamplesRecord(MeasuredSamples):
    """Data of the link (step 2) in memory."""

    cy_run: int | None
    options: SampleChoices
    seconds: float


class SavedSamplesRecord(MeasuredSamples):
    """Data sets of the link, in their manifest."""

    cy_run: int
    cy_sha256: str
    options: SampleChoices
    seconds: float
    files: int
    versions: Versions


class Histogram(TypedDict):
    """How many values lie between each two edges, of which there is one more; see `reports.histograms`."""

    scale: Literal["log", "linear"]
    edges: list[float]
    counts: list[int]


class CheckRecord(TypedDict):
    """A check (step 4); of a figure at points mean, median, std and max, of an integral value and standard error; None
    for what is not finite. `unjudged` says why a figure has no threshold. A check may add remarks of its own."""

    check: str
    cy_run: int | None
    g2_run: int | None
    n: int
    figures: dict[str, dict[str, float | None]]
    thresholds: Thresholds
    passed: bool
    failures: list[str]
    partial: NotRequired[bool]
    n_wanted: NotRequired[int]
    histograms: NotRequired[dict[str, Histogram]]
    worst_points: NotRequired[dict[str, list[WorstPoint]]]
    unjudged: NotRequired[dict[str, str]]


class LevelRecord(TypedDict):
    """An eigenvalue of the Laplacian."""

    charge: int
    eigenvalue: float
    multiplicity: int
    standard_error: float
    basis_error: float
    character: list[int]


class SpectrumRecord(TypedDict):
    """What `g2links spectrum` found; `weyl` holds the heat trace against Weyl's law."""

    command: str
    cy_run: int | None
    variety: str
    degree: int
    n: int
    sigma: float
    levels: list[LevelRecord]
    weyl: dict[str, float] | None
    require_error: float
    passed: bool
    failures: list[str]


class FormLevelRecord(TypedDict):
    """An eigenvalue of the Hodge Laplacian on forms of a type (p, q)."""

    type: list[int]
    eigenvalue: float
    multiplicity: int
    standard_error: float
    basis_error: float
    exactness: float
    character: list[int]


class FormSpectrumRecord(TypedDict):
    """What `g2links spectrum --form-degree` found."""

    command: str
    form_degree: int
    cy_run: int | None
    variety: str
    degree: int
    n: int
    sigma: float
    levels: list[FormLevelRecord]
    harmonic: int
    betti: int | None
    kernels: dict[str, dict[str, float]]
    exact_deviation: dict[str, float]
    require_error: float
    passed: bool
    failures: list[str]


class FileEntry(TypedDict):
    """One file of a set."""

    sha256: str
    bytes: int
    rows: int


class ManifestRecord(TypedDict):
    """A complete set of files: `manifest.json`; `folder` where they lie, if not beside it."""

    format: int
    files: dict[str, FileEntry]
    extra: dict[str, object]
    folder: NotRequired[str]


class ClaimRecord(TypedDict):
    """What an unfinished run is about: `config.json` in its folder."""

    run: NotRequired[int]
    config: dict[str, object]


class CheckpointEntry(TypedDict):
    """One saved state of an unfinished run."""

    file: str
    step: int
    sha256: str | None


class CheckpointsRecord(TypedDict):
    """The states of an unfinished run, the newest first: `LATEST.json`."""

    checkpoints: list[CheckpointEntry]


class StratumRecord(TypedDict):
    """A stratum of quotient singularities: the order of its group, its dimension, the coordinates that are not 0."""

    order: int
    dimension: int
    variables: list[int]


class TopologyRecord(TypedDict):
    """Invariants of a hypersurface; all but the Euler number are those of threefolds."""

    euler: float
    h11: NotRequired[int]
    h21: NotRequired[int]
    milnor_number: NotRequired[int]
    signature: NotRequired[int]
    nu: NotRequired[int]
    polynomial_deformations: NotRequired[int]
    betti: NotRequired[list[int]]
    strata: NotRequired[list[StratumRecord]]


class SmoothnessRecord(TypedDict):
    """Whether a variety is smooth by proof or by evidence, and why."""

    proved: bool
    reason: str
    smallest_gradient: NotRequired[float | None]
    smallest_singular_value: NotRequired[float]


class PolynomialRecord(TopologyRecord):
    """What is known of a polynomial before any work is done."""

    name: str
    polynomial: str
    weights: list[int]
    degree: int
    kahler_volume: float
    holomorphic_volume: float | None
    permutations: int
    real: bool


class IntersectionRecord(TypedDict):
    """What is known of a complete intersection before any work is done."""

    name: str
    configuration: str
    equations: list[str]
    polarisation: list[int | float]
    dimension: int
    degree: float
    euler: float
    kahler_volume: float
    intersection_numbers: NotRequired[dict[str, float]]
    c2: NotRequired[list[float]]
    h11: NotRequired[int]
    h21: NotRequired[int]


class RunDetails(TypedDict):
    """One finished run in full, a metric or a network."""

    date: str
    architecture: str
    seed: object
    points: dict[str, int]
    stopped_because: str
    made_by: str
    figures: dict[str, float]
    standard_errors: dict[str, float]
    checks: dict[str, CheckRecord]
    files: list[str]
    polynomial: NotRequired[str | None]
    equations: NotRequired[list[str]]
    weights: NotRequired[list[int]]
    verdict: NotRequired[str]
    failures: NotRequired[list[str]]
    cy_run: NotRequired[int | None]


class StepRecord(TypedDict, total=False):
    """What every step of a pipeline may say, beside what is its own; `set_sha256` is one checksum of all data sets."""

    cy_run: int | None
    g2_run: int | None
    passed: bool
    partial: bool
    failures: list[str]
    wall_seconds: float
    set_sha256: str


class JournalRecord(TypedDict):
    """The finished steps of a pipeline: `.pipeline.json`."""

    config: dict[str, object]
    done: dict[str, StepRecord]


class SweepTaskRecord(TypedDict):
    """What became of one task of a sweep: its run, or None and in one sentence why there is none."""

    config: dict[str, object]
    run: int | None
    reason: str
    seconds: float


class SweepRecord(TypedDict):
    """The table of a sweep, beside its CSV file, with the checksum of that."""

    axes: list[str]
    columns: list[str]
    rows: list[dict[str, object]]
    csv_sha256: str
