"""What a run is: its config, how that is checked, and the three scales."""

from lipgan.config.checks import FLOAT32
from lipgan.config.fields import Config, fingerprint
from lipgan.config.scales import SCALES, Settings

__all__ = ["FLOAT32", "SCALES", "Config", "Settings", "fingerprint"]
