"""Data sets as tensors, and where they come from."""

from lipgan.data.dataset import Dataset, to_uint8
from lipgan.data.sets import DATASETS, dataset_label, dataset_spec, load

__all__ = ["DATASETS", "Dataset", "dataset_label", "dataset_spec", "load", "to_uint8"]
