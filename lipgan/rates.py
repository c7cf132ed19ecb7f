"""How long a cohort will take, judged by cohorts of its shape that were trained."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from itertools import islice
from statistics import median

from lipgan.config import Config
from lipgan.evidence import Records
from lipgan.runs import Run

READ_AT_MOST = 2_000  # records of a store; their names are hashes, so any are a sample
# Fields without a say in the time of a step.
_IRRELEVANT = {
    *("loss", "alpha", "lipschitz_k", "penalty_weight", "lr_d", "seed", "scale"),
    *("push", "balance", "pinned_width", "d_biases"),
    *("num_steps", "ema_decay", "data_limit", "history_points", "lr_g"),
}


class Rates:
    """Seconds per step of a cohort's members, by shape, regularizer and device."""

    def __init__(self, device: str, runs: Iterable[Run] = ()) -> None:
        """Learn from these runs, as far as they were trained on this device.

        Args:
            device: as ``Run.provenance`` names it.
            runs: any.
        """
        self.device = device
        self._known: dict[tuple, dict[tuple[str, float], tuple[int, float]]] = {}
        self.learn(runs)

    def learn(self, runs: Iterable[Run]) -> None:
        """Add what these runs say; members of one cohort count once."""
        for run in runs:
            origin = run.provenance
            if origin.get("device") != self.device:
                continue
            members, seconds = origin["cohort_size"], origin["cohort_seconds"]
            rate = seconds / (members * run.config.num_steps)
            cohorts = self._known.setdefault(_shape(run.config), {})
            cohorts[origin["finished"], seconds] = members, rate

    def seconds(self, members: Sequence[Config]) -> float | None:
        """Of training this cohort; None if none of its shape is known.

        The median of the known cohorts whose size is nearest counts.
        """
        known = self._known.get(_shape(members[0]), {}).values()
        if not known:
            return None
        nearest = min(abs(size - len(members)) for size, _ in known)
        rates = [rate for size, rate in known if abs(size - len(members)) == nearest]
        return median(rates) * len(members) * members[0].num_steps


def sample(stores: Iterable[Records]) -> list[Run]:
    """Up to ``READ_AT_MOST`` intact records of each store."""
    return [run for store in stores for run in islice(store.sound(), READ_AT_MOST)]


def _shape(config: Config) -> tuple:
    names = (f.name for f in fields(config) if f.name not in _IRRELEVANT)
    return (*(getattr(config, name) for name in names), config.frozen)
