"""A run, and the stores that keep records of runs."""

from lipgan.runs.run import (
    HISTORY_DIGITS,
    RecordError,
    Run,
    VersionError,
    training_seconds,
)
from lipgan.runs.store import RunStore, StoreError, default_store

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
