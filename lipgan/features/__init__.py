"""Images to features: the networks behind every distance between sets of images."""

from lipgan.features.extractor import Extractor, constant_image
from lipgan.features.registry import FEATURES, load_extractor

__all__ = ["Extractor", "FEATURES", "constant_image", "load_extractor"]
