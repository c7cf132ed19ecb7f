"""A run, and the stores that keep records of runs."""

from lipgan.runs.files import StoreError
from lipgan.runs.run import (
    HISTORY_DIGITS,
    RecordError,
    Run,
    VersionError,
    training_seconds,
)
from lipgan.runs.store import RunStore
from lipgan.support.paths import default_store

__all__ = [
    "HISTORY_DIGITS",
    "RecordError",
    "Run",
    "RunStore",
    "StoreError",
    "VersionError",
    "default_store",
    "training_seconds",
]
