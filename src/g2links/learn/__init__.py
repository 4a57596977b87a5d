"""Networks on V and on its link. Importing this package registers every model with Keras, so that files can
be loaded."""

from g2links.learn import cy_model, model
from g2links.learn.data import RowBlocks, link_rows
from g2links.learn.evaluation import Evaluation, evaluate
from g2links.learn.model import LinkModel
from g2links.learn.progress import Outcome, Snapshot
from g2links.learn.settings import EarlyStopping, Physics, Schedule, Settings
from g2links.learn.training import TrainingResult, train

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
    "cy_model",
    "evaluate",
    "link_rows",
    "model",
    "train",
]
