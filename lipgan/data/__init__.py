"""Data sets as tensors, and where they come from."""

from lipgan.data.sets import DATASETS, Dataset, dataset_spec, load, to_uint8

__all__ = ["DATASETS", "Dataset", "dataset_spec", "load", "to_uint8"]
