"""Settings of short trainings, of which a test says only what it is about."""

from typing import Any

from g2links.training import EarlyStopping, Physics, Schedule, Settings


def schedule(kind: str = "cosine", warmup_epochs: int = 2, **changes: Any) -> Schedule:
    return Schedule(kind, warmup_epochs, **{"final_factor": 1e-2, "decay": 0.5, "patience": 10, **changes})


def physics(**changes: Any) -> Physics:
    return Physics(**{"start_epoch": 0, "ramp_epochs": 1, "points": 4000, "batch_size": 64, **changes})


def settings(**changes: Any) -> Settings:
    base = {
        "epochs": 6,
        "batch_size": 64,
        "learning_rate": 5e-3,
        "schedule": schedule(),
        "early_stopping": EarlyStopping(True, 25, 0.0),
        "validate_every": 1,
        "l2": 0.0,
        "seed": 0,
        "max_points": 150,
        "optimiser": "adam",
        "physics": physics(),
    }
    return Settings(**{**base, **changes})
