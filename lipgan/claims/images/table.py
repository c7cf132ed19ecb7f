"""Distances of one data set's table, from runs or from the paper, in one form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from lipgan.claims.measures import constant_distance, distances_by, is_broken
from lipgan.claims.published import CONSTANT_FID, LARGE_BROKEN_SHARE, TABLE3, Cell
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

PILOT_SEED = 0
MARK = LARGE_BROKEN_SHARE
DATASETS = ("mnist", "cifar10")


@dataclass(frozen=True)
class Table:
    """Distances of one data set's table.

    Attributes:
        dataset: whose column of the paper it is held against.
        seeds: per seed, cell -> distance, infinite where the run diverged.
        constant: distance of a constant image.
    """

    dataset: str
    seeds: tuple[Mapping[Cell, float], ...]
    constant: float

    @property
    def cells(self) -> dict[Cell, float]:
        """Cell -> median over seeds."""
        return {c: median(own[c] for own in self.seeds) for c in self.seeds[0]}

    def broken(self, cell: Cell, share: float = MARK) -> bool:
        """Whether a cell's median reaches the mark; NaN does."""
        return is_broken(self.cells[cell], self.constant, share)


def published(dataset: str) -> Table:
    """The paper's own column of Table 3."""
    return Table(dataset, (TABLE3[dataset],), CONSTANT_FID[dataset])


def column_of(runs: Sequence[Run]) -> str:
    """The paper's data set that runs belong to.

    A folder of images stands for the data set whose features judge it.

    Raises:
        ValueError: runs of no or of several data sets with a column here.
    """
    names = {
        c.dataset if c.dataset in DATASETS else c.features
        for c in (r.config for r in runs)
    }
    if len(names) != 1 or not names <= set(DATASETS):
        raise ValueError(f"runs: {sorted(names)} is not one of {', '.join(DATASETS)}")
    return names.pop()


def read(runs: Sequence[Run], field: str = "lipschitz_k") -> Table:
    """The table of these runs; its cells are (loss, field). Seed 0 is left out.

    Raises:
        ValueError: no runs beyond seed 0, several of one cell and seed, or runs of
            other data sets.
    """
    counted = [run for run in runs if run.config.seed != PILOT_SEED]
    if not counted:
        raise ValueError(f"runs: none beyond seed {PILOT_SEED}, which was the pilot")
    tables: dict[int, dict[Cell, float]] = {}
    groups = distances_by(counted, "seed", "loss", field)
    for (seed, loss, value), found in groups.items():
        if len(found) > 1:
            raise ValueError(f"runs: {len(found)} of {loss} at {value:g}, seed {seed}")
        tables.setdefault(seed, {})[loss, value] = found[0]
    return Table(column_of(counted), tuple(tables.values()), constant_distance(counted))


def named(cells: Sequence[Cell]) -> str:
    """Cells as words, with ", not " before them; nothing if there are none."""
    words = ", ".join(f"{LOSSES[loss].label} {value:g}" for loss, value in cells)
    return f", not {words}" if words else ""
