"""How networks are fitted: data, losses, optimisers and the loop."""

from g2links.networks.model import LinkModel
from g2links.training.data import RowBlocks, link_rows
from g2links.training.evaluation import Evaluation, evaluate
from g2links.training.fit import TrainingResult, train
from g2links.training.progress import Outcome, Snapshot
from g2links.training.settings import EarlyStopping, Physics, Schedule, Settings

__all__ = [
    "EarlyStopping",
    "Evaluation",
    "LinkModel",
    "Outcome",
    "Physics",
    "RowBlocks",
    "Schedule",
    "Settings",
    "Snapshot",
    "TrainingResult",
    "evaluate",
    "link_rows",
    "train",
]
