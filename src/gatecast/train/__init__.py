"""Losses, the fused training loop, ensembles and saved models."""

from gatecast.train.model import TrainedModel
from gatecast.train.settings import TrainingSettings

__all__ = ["TrainedModel", "TrainingSettings"]
