"""Names of metrics, which say by what protocol a number was measured."""

import re
from dataclasses import dataclass
from functools import cache

# Families whose numbers depend on the features of an extractor, which is named next.
_ON_FEATURES = (
    *("fd", "fid", "is", "kid", "class_coverage"),
    *("density", "coverage", "precision", "recall"),
)
_COUNT = re.compile(r"(.+)_(\d+)(k?)")
_CONSTANT = "_constant"


@dataclass(frozen=True)
class MetricName:
    """The name of a metric: ``fd_digits_2k``, ``kid_mnist_2k_10k``, ``domain_width``.

    Attributes:
        family: what is measured; ``fid`` on Inception features is ``fd`` on any others.
        features: the extractor on whose features; empty where there is none.
        samples: how many generated samples, or steps of training, are behind the
            number; 0 where its name does not say.
        real: how many real samples they are compared with; 0 for all.
        constant: whether one black image stands in place of all samples.
    """

    family: str
    features: str = ""
    samples: int = 0
    real: int = 0
    constant: bool = False

    @classmethod
    def distance(
        cls, features: str, samples: int = 0, constant: bool = False
    ) -> "MetricName":
        """Of a Frechet distance; only the one on Inception features is a FID."""
        family = "fid" if features == "inception" else "fd"
        return cls(family, features, samples, constant=constant)

    @classmethod
    def parse(cls, text: str) -> "MetricName":
        """The parts of a name; ``str`` puts them together again."""
        return _parsed(text)

    @property
    def is_distance(self) -> bool:
        """Whether it is the Frechet distance of samples."""
        return self.family in ("fd", "fid") and not self.constant

    def __str__(self) -> str:
        parts = [self.family, self.features, *map(_spelled, (self.samples, self.real))]
        return "_".join(filter(None, parts)) + (_CONSTANT if self.constant else "")


def _spelled(count: int) -> str:
    """10000 is ``10k``, 0 is nothing."""
    return f"{count // 1000}k" if count and count % 1000 == 0 else str(count or "")


@cache
def _parsed(text: str) -> MetricName:
    rest, counts = text.removesuffix(_CONSTANT), list[int]()
    while found := _COUNT.fullmatch(rest):
        rest = found[1]
        counts.insert(0, int(found[2]) * (1000 if found[3] else 1))
    samples, real = [*counts, 0, 0][:2]
    for family in _ON_FEATURES:
        if rest.startswith(f"{family}_"):
            rest, features = family, rest.removeprefix(f"{family}_")
            break
    else:
        features = ""
    return MetricName(rest, features, samples, real, text.endswith(_CONSTANT))
