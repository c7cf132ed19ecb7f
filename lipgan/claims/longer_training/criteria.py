"""Which statements of Table 3 survive longer, slower and wider training.

Written before the runs, as ``images`` is. The tables train for 2,000 or 4,000 steps, a
twenty-fifth or fiftieth of the paper's: learning rate times steps is at most a sixth of
its. A statement of a table stands only if its sign is the same in every other training
that was tried. The paper's own columns meet every statement (a test shows it).

COS at k = 5 joined the cells that train longer after LS at k = 10 (digits, MNIST) and
NS at k = 50 (MNIST) had been seen to recover, and before it had been trained so. By the
paper's thesis it stays broken, since its loss turns around; the statements on it are
those that the bridge was to test.

Announced before the bridge was trained on MNIST and CIFAR-10, on two cells that the
paper's MNIST column calls broken: after 100,000 steps COS at k = 5 is broken there as
well; NS at k = 10 is not on MNIST, where 16,000 steps at the tables' rate left it at
17.7 of 115.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from lipgan.claims.base import Check, Claim, table3_configs
from lipgan.claims.measures import (
    broken_share,
    constant_distance,
    distances_by,
    is_broken,
)
from lipgan.claims.numerals import number
from lipgan.claims.published import BROKEN_SHARE, Cell
from lipgan.config import Config
from lipgan.config.fields import FROM_SCALE
from lipgan.experiments import bridge, longer_training
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

Cells = Mapping[Cell, float]
LATE_K = (10.0, 50.0)
TABLE = "table"
HOW = (
    "num_steps",
    "lr_g",
    "width",
    "ema_decay",
)  # fields that tell ways to train apart
CHANGED_SIDES = 0.1  # share of the cells that may


@dataclass(frozen=True)
class Statement:
    """That one cell is worse than another, or at least not much better.

    Attributes:
        worse: the cell that is said to be worse.
        better: the other one.
        claim: on whose verdict the statement bears.
        factor: how many times worse than ``worse`` the better cell may be.
    """

    worse: Cell
    better: Cell
    claim: str
    factor: float = 1.0

    @property
    def text(self) -> str:
        """The statement in words."""
        worse, better = (
            f"{LOSSES[loss].label} at k = {k:g}"
            for loss, k in (self.worse, self.better)
        )
        if self.factor > 1:
            return f"{better} is within {self.factor:g} times {worse}"
        return f"{worse} is worse than {better}"

    def margin(self, cells: Cells) -> float | None:
        """How many times as near as is asked, above 1 if it holds.

        None where a cell is missing; 0 where the better cell diverged.
        """
        if self.better not in cells or self.worse not in cells:
            return None
        if not math.isfinite(cells[self.better]):
            return 0.0
        return self.factor * cells[self.worse] / cells[self.better]

    def margins(self, ways: Mapping[str, Cells]) -> dict[str, float]:
        """Way to train -> margin, of the ways that have both cells."""
        found = {name: self.margin(cells) for name, cells in ways.items()}
        return {name: margin for name, margin in found.items() if margin is not None}

    def sign(self, cells: Cells) -> bool | None:
        """Whether it holds; None where a cell is missing."""
        margin = self.margin(cells)
        return None if margin is None else margin > 1


STATEMENTS = (
    Statement(("ns", 10.0), ("ns", 1.0), "large_k"),
    Statement(("ns", 50.0), ("ns", 1.0), "large_k"),
    Statement(("ls", 10.0), ("ls", 1.0), "large_k"),
    Statement(("wgan", 1.0), ("wgan", 10.0), "large_k", factor=1.25),
    Statement(("ns", 10.0), ("wgan", 10.0), "large_k"),
    Statement(("wgan", 1.0), ("ns", 1.0), "wgan_small_k"),
    Statement(("wgan", 1.0), ("cos", 1.0), "wgan_small_k"),
    Statement(("cos", 5.0), ("ns", 1.0), "table3"),
    Statement(("cos", 5.0), ("ns", 10.0), "table3"),
    Statement(("cos", 5.0), ("ls", 0.2), "table3"),
    Statement(("ls", 0.2), ("ns", 1.0), "small_k"),
)


def way_of(config: Config) -> str:
    """What differs from the training of its scale's tables, in words, or ``table``."""
    own = replace(config, **dict.fromkeys(HOW, FROM_SCALE))
    words = {
        "num_steps": f"{config.num_steps:,} steps",
        "lr_g": f"learning rate {number(config.lr_g)}",
        "width": f"width {config.width}",
        "ema_decay": "last weights",
    }
    told = [words[f] for f in HOW if getattr(own, f) != getattr(config, f)]
    return ", ".join(told) or TABLE


def of_the_table(runs: Iterable[Run]) -> list[Run]:
    """Those that train as the tables of their scale do."""
    return [run for run in runs if way_of(run.config) == TABLE]


def distances_by_way(runs: Sequence[Run]) -> dict[str, dict[Cell, list[float]]]:
    """Way to train -> cell -> distance of each seed, the table's cells first."""
    return by_way(runs, distances_by(runs, "loss", "lipschitz_k", *HOW))


def by_way(
    runs: Sequence[Run], groups: Mapping[tuple, list[float]]
) -> dict[str, dict[Cell, list[float]]]:
    """Values by loss, k and ``HOW`` as values by way to train and cell."""
    found: dict[str, dict[Cell, list[float]]] = {TABLE: {}}
    names = {tuple(getattr(r.config, f) for f in HOW): way_of(r.config) for r in runs}
    for (loss, k, *how), values in groups.items():
        found.setdefault(names[tuple(how)], {})[loss, k] = values
    return found


def cells_by_way(runs: Sequence[Run]) -> dict[str, dict[Cell, float]]:
    """Way to train -> cell -> median distance over seeds, the table's cells first."""
    return {
        name: {cell: median(seeds) for cell, seeds in own.items()}
        for name, own in distances_by_way(runs).items()
    }


def cells_trained_otherwise(runs: Sequence[Run]) -> list[Cell]:
    """The cells that any other way has, by loss and k."""
    cells = {
        (r.config.loss, r.config.lipschitz_k) for r in runs if way_of(r.config) != TABLE
    }
    return sorted(cells, key=lambda cell: (list(LOSSES).index(cell[0]), cell[1]))


def survival(
    table: Cells, checks: Mapping[str, Cells], claim: str | None = None
) -> list[Check]:
    """A statement stands only if its sign survives in all check cells.

    Args:
        table: cell -> distance in the table itself.
        checks: name of a way to train -> cell -> distance.
        claim: whose statements; None for all.

    Returns:
        One check per statement that at least one way to train can test.
    """
    found = []
    for statement in STATEMENTS:
        margins = statement.margins({TABLE: table, **checks})
        tested = TABLE in margins and len(margins) > 1
        if not tested or claim not in (None, statement.claim):
            continue
        found.append(
            Check(
                f"{statement.text}, in the table and wherever it was checked",
                "margins, above 1 where it holds: "
                + "; ".join(margin_in(name, m) for name, m in margins.items()),
                all(margin > 1 for margin in margins.values()),
            )
        )
    return found


def margin_in(name: str, margin: float) -> str:
    """A margin and the way to train that gave it, in words."""
    return f"{margin:.2f} {'in the table' if name == TABLE else f'with {name}'}"


def survival_checks(runs: Sequence[Run], claim: str | None = None) -> list[Check]:
    """``survival`` of the statements on one data set, and whether NS breaks late.

    Args:
        runs: of Table 3 and of ``longer_training`` or ``bridge``.
        claim: see ``survival``.

    Returns:
        Nothing where all runs are the table's.
    """
    cells = cells_by_way(runs)
    table = cells.pop(TABLE)
    found = survival(table, cells, claim)
    mnist = {run.config.features for run in runs} == {"mnist"}
    if mnist and found and claim in (None, "large_k"):
        found.append(late_failure(cells, constant_distance(runs)))
    return found


def late_failure(checks: Mapping[str, Cells], constant: float) -> Check:
    """Whether NS at a large k breaks after all in any other way to train (C2b)."""
    shares = {
        f"k = {k:g}, {name}": cells["ns", k] / constant
        for name, cells in checks.items()
        for k in LATE_K
        if ("ns", k) in cells
    }
    return Check(
        "NS at k = 10 or 50 is broken (at least a third of a constant image's "
        "distance, as in the paper's MNIST column) in at least one of the other ways "
        "to train",
        "shares " + "; ".join(f"{s:.2f} at {name}" for name, s in shares.items()),
        any(not share < BROKEN_SHARE for share in shares.values()),
    )


def changed_sides(runs: Sequence[Run]) -> Check:
    """Decisive: what works in the table works, and what is broken there is broken."""
    cells = cells_by_way(runs)
    table = cells.pop(TABLE)
    mark = broken_share(runs) * constant_distance(runs)
    moved = [
        f"{LOSSES[cell[0]].label} {cell[1]:g} {_turn(table[cell], distance)} ({name})"
        for name, cell, distance in _each(cells)
        if is_broken(table[cell], mark, 1.0) != is_broken(distance, mark, 1.0)
    ]
    count = sum(map(len, cells.values()))
    return Check(
        "at least nine of ten cells that were trained otherwise work, or are broken, "
        "as they are in the table",
        f"{count - len(moved)} of {count}" + "; not " * bool(moved) + "; ".join(moved),
        len(moved) <= CHANGED_SIDES * count,
    )


def _each(cells: Mapping[str, Cells]) -> Iterator[tuple[str, Cell, float]]:
    for name, own in cells.items():
        for cell, distance in own.items():
            yield name, cell, distance


def _turn(before: float, after: float) -> str:
    return f"from {before:.3g} to {after:.3g}"


def longer_training_checks(runs: Sequence[Run]) -> list[Check]:
    """That the sides are kept, then every statement."""
    return [changed_sides(runs), *survival_checks(runs)]


def _configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    return [*table3_configs(scale, seeds), *longer_training("digits", scale, seeds)]


def _bridge(scale: str) -> list[Config]:
    """Half an hour of one core: one seed."""
    return bridge("digits", scale, [0])


CLAIMS = {
    "longer_training": Claim(
        statement=(
            "What Table 3 shows after short training of narrow networks holds after "
            "longer, slower and wider training"
        ),
        where="Table 3",
        refuted_by=(
            "cells that work in the table and are broken otherwise, or the reverse; an "
            "order that turns around"
        ),
        page="15_longer_training",
        configs=_configs,
        bearing=_bridge,
        checks=longer_training_checks,
        of_paper=False,
    )
}
