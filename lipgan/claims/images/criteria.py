"""Table 3 on the paper's own images: criteria written before the runs they judge.

MNIST and CIFAR-10 at 32 x 32 pixels, ``embedded`` scale, each against the paper's
column of the same data set. Runs and the paper's columns pass through the same code: a
``Table`` holds distances per cell (loss, k) and the distance of a constant image.

**What was known.** Single runs of seed 0 were seen before this was written. MNIST
(constant image 115), at 2,000 steps in two pilots: cells that work 6.6 to 19.9, NS at
k = 10 17.5 and 20.7, LS at k = 10 92, COS at k = 5 97 and 100. From 2,000 to 4,000
steps: NS at k = 1 7.3 to 4.8, at 0.2 13.2 to 6.8, at 10 20.7 to 7.7; WGAN at 1 13.7 to
6.2, at 50 14.8 to 5.7; LS at 0.2 19.9 to 8.7; COS at 5 99.6 to 85. CIFAR-10 (constant
image 76) at 2,000 steps: cells that work 18 to 38, NS at k = 10 45.9, COS at k = 5 63,
EXP at k = 5 65, LS at k = 10 71. They informed the mark below and are no evidence:
``read`` leaves seed 0 out.

**What "broken" means.** Two floors bound every distance: real images against other
real ones (5,000: MNIST 0.07, CIFAR-10 0.13) and a constant image (115; 75.7). Their
geometric mean is about 3, which no GAN reaches in so few steps, so everything would
count as broken. A third of the constant, our reading of the paper's FID of 100, is 38
on MNIST but 25 on CIFAR-10, whose features compress: slow cells that work lie there.
The mark is therefore halfway between the floors. The lower one is 0.2 % of the upper,
so half of the constant says the same: 57 and 38. In the paper's columns cells that work
score at most 0.08 of the constant and cells that break at least 0.77, so any mark
between fits them. The count at a third is shown beside it, and the second criterion
needs no mark.

FDs on a small classifier are compared as orders and as shares of the constant, never
as levels: learning rate, number of steps, width and averaging differ from the paper's.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from lipgan.claims.base import Check
from lipgan.claims.images.table import MARK, Table, named, read
from lipgan.claims.measures import is_broken, rank_correlation
from lipgan.claims.published import BROKEN_SHARE, TABLE3, Cell
from lipgan.experiments import TABLE3_K, TABLE3_LOSSES
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

SMALL_K = tuple(k for k in TABLE3_K if k <= 1)
LARGE_K = tuple(k for k in TABLE3_K if k >= 5)
CURVED = tuple(loss for loss in TABLE3_LOSSES if loss != "wgan")
CELLS: tuple[Cell, ...] = tuple((loss, k) for loss in TABLE3_LOSSES for k in TABLE3_K)
WORKING = tuple(c for c in CELLS if c[1] <= 1 or c[0] == "wgan")
BROKEN = (("ls", 50.0), *((loss, k) for loss in ("cos", "exp") for k in LARGE_K))
MIDDLE = tuple(c for c in CELLS if c not in WORKING and c not in BROKEN)
AS_EXPECTED = 29  # of these 23 + 7 cells
FACTOR = 1.25  # above this ratio two distances count as different
PRICE, PRICE_CAP = (1.05, 2.0), 4.0
LAG = 1.05  # of WGAN; about two standard errors of three seeds
# CIFAR-10's own column has WGAN level with the others at 0.2 and 0.25 (0.99 of them).
LAG_K = {"mnist": SMALL_K, "cifar10": (0.5, 1.0)}
# Next above the 95 % points of the null "the paper's distances, shuffled within the
# working, the middle and the broken cells" (tests/claims/images/ computes them). By
# MNIST's pairs CIFAR-10's column scores 98 % and CelebA's 93 %: there NS works at k = 5
# and 10, as it is expected to here, so this criterion may fail together with C2b.
ORDERED = {"mnist": 0.94, "cifar10": 0.92}
ORDERED_WORKING = 0.75


def extremes(table: Table) -> list[Check]:
    """C1, decisive: which cells work and which break."""
    counts, wrong = {}, {}
    for share in (MARK, BROKEN_SHARE):
        wrong[share] = [c for c in WORKING if table.broken(c, share)]
        wrong[share] += [c for c in BROKEN if not table.broken(c, share)]
        counts[share] = len(WORKING) + len(BROKEN) - len(wrong[share])
    cells = table.cells
    pairs = [cells[a] < cells[b] for a in WORKING for b in BROKEN]
    most, least = max(cells[c] for c in WORKING), min(cells[c] for c in BROKEN)
    return [
        Check(
            f"at least {AS_EXPECTED} of 30 cells are on the paper's side of half the "
            "distance of a constant image: the 20 with k of at most 1 and WGAN's 3 "
            "others below; LS at k = 50, COS and EXP at k of at least 5 not",
            f"{counts[MARK]} of 30{named(wrong[MARK])}; with a third of the constant "
            f"{counts[BROKEN_SHARE]}",
            counts[MARK] >= AS_EXPECTED,
        ),
        Check(
            f"the worst of these {len(WORKING)} cells is better than the best of those "
            f"{len(BROKEN)}",
            f"{most:.3g} against {least:.3g}; {sum(pairs)} of {len(pairs)} pairs",
            all(pairs),
        ),
    ]


def middle(table: Table) -> list[Check]:
    """C2: NS and LS get worse with k; on MNIST, whether NS breaks (C2b)."""
    cells = table.cells
    ratios = {c: cells[c] / cells[c[0], 1.0] for c in MIDDLE}
    checks = [
        Check(
            f"NS at k = 5, 10, 50 and LS at k = 5, 10 are each at least {FACTOR:g} "
            "times as far as at their own k = 1",
            ", ".join(
                f"{LOSSES[c[0]].label} {c[1]:g}: {r:.2f}" for c, r in ratios.items()
            ),
            all(r >= FACTOR for r in ratios.values()),
        )
    ]
    if table.dataset == "mnist":
        saturated = [("ns", k) for k in LARGE_K]
        works = [c for c in saturated if not is_broken(cells[c], table.constant)]
        checks.append(
            Check(
                "NS at k = 5, 10, 50 is broken: at least a third of a constant image's "
                "distance, as in the paper. Announced before the runs: expected to "
                "fail, for at this number of steps NS works at k = 10",
                "shares "
                + ", ".join(f"{cells[c] / table.constant:.2f}" for c in saturated),
                not works,
            )
        )
    return checks


def straight(table: Table) -> list[Check]:
    """C3: a large k does not matter to WGAN."""
    cells = table.cells
    ratios = [cells["wgan", k] / cells["wgan", 1.0] for k in LARGE_K]
    return [
        Check(
            f"WGAN at k = 5, 10, 50 stays within {FACTOR:g} times its k = 1",
            "ratios " + ", ".join(f"{r:.2f}" for r in ratios),
            all(r <= FACTOR for r in ratios),
        )
    ]


def lag(table: Table) -> list[Check]:
    """C4: at small k WGAN trails the others, on every seed."""
    ks = LAG_K[table.dataset]
    own = [math.exp(fmean(_lag(cells, k) for k in ks)) for cells in table.seeds]
    pooled = math.exp(fmean(map(math.log, own))) if min(own) > 0 else 0.0
    level = "; at 0.2 and 0.25 it is level with them in the paper"
    return [
        Check(
            "WGAN's distance over the geometric mean of the other losses', pooled over "
            f"k = {', '.join(f'{k:g}' for k in ks)}, is above 1 on every seed and at "
            f"least {LAG:g} over all{level if table.dataset == 'cifar10' else ''} "
            "(if WGAN were level, n seeds would agree with a chance of 1 in 2^n)",
            f"{pooled:.3g}; seeds {', '.join(f'{r:.3g}' for r in own)}",
            all(r > 1 for r in own) and pooled >= LAG,
        )
    ]


def _lag(cells: Mapping[Cell, float], k: float) -> float:
    """Logarithm of WGAN's distance over the others' geometric mean."""
    others = fmean(math.log(cells[loss, k]) for loss in CURVED)
    return math.log(cells["wgan", k]) - others


def price(table: Table) -> list[Check]:
    """C5: the smallest k costs a little."""
    cells = table.cells
    ratios = {loss: cells[loss, 0.2] / cells[loss, 1.0] for loss in TABLE3_LOSSES}
    mean = math.exp(fmean(map(math.log, ratios.values())))
    low, high = PRICE
    return [
        Check(
            f"from k = 1 to 0.2 the distance grows by a factor of {low:g} to {high:g} "
            f"(geometric mean of five losses), for no loss by more than {PRICE_CAP:g}",
            f"{mean:.3g}; "
            + ", ".join(f"{LOSSES[k].label} {r:.2f}" for k, r in ratios.items()),
            low <= mean <= high and max(ratios.values()) <= PRICE_CAP,
        )
    ]


def best(table: Table) -> list[Check]:
    """C6: where the best cells are, by the data set's own column."""
    cells = table.cells
    top = min(cells, key=lambda cell: cells[cell])
    at_one = min(cells[loss, 1.0] for loss in TABLE3_LOSSES)
    found = f"best cell {LOSSES[top[0]].label} at k = {top[1]:g}; "
    if table.dataset == "mnist":
        ratio = min(cells["wgan", k] for k in LARGE_K) / at_one
        asked = (
            f"WGAN's best at k of at least 5 is within {FACTOR:g} times the best of "
            "all losses at k = 1"
        )
        return [Check(asked, f"{found}{ratio:.2f} times", ratio <= FACTOR)]
    ratio = min(d for cell, d in cells.items() if cell[0] == "wgan") / at_one
    asked = (
        "the best cell has k = 1 and is not WGAN's, whose best is at least "
        f"{FACTOR:g} times as far"
    )
    holds = top[1] == 1.0 and top[0] != "wgan" and ratio >= FACTOR
    return [Check(asked, f"{found}{ratio:.2f} times", holds)]


def pairs_of(dataset: str, cells: Sequence[Cell] = CELLS) -> list[tuple[Cell, Cell]]:
    """Pairs (better, worse) that a column of the paper decides by ``FACTOR``.

    Two of the surely broken cells make no pair: one kind of noise is not better than
    another, and runs that diverged have no order.
    """
    column = TABLE3[dataset]
    return [
        (a, b)
        for a in cells
        for b in cells
        if column[b] >= FACTOR * column[a] and not {a, b} <= set(BROKEN)
    ]


def ordered(cells: Mapping[Cell, float], pairs: Sequence[tuple[Cell, Cell]]) -> float:
    """Share of pairs whose first cell is the better one."""
    return sum(cells[a] < cells[b] for a, b in pairs) / len(pairs)


def order(table: Table) -> list[Check]:
    """C7: the order of the cells, and of those that work."""
    cells, column = table.cells, TABLE3[table.dataset]
    every, working = pairs_of(table.dataset), pairs_of(table.dataset, WORKING)
    rho = rank_correlation([cells[c] for c in CELLS], [column[c] for c in CELLS])
    share, inner = ordered(cells, every), ordered(cells, working)
    return [
        Check(
            f"of the {len(every)} pairs that the paper's column orders by {FACTOR:g} "
            f"times, at least {ORDERED[table.dataset]:.0%} are ordered so here (chance "
            "below 5 % if only working, middle and broken cells were told apart)",
            f"{share:.1%}; rank correlation over 35 cells {rho:.2f}",
            share >= ORDERED[table.dataset],
        ),
        Check(
            f"and at least {ORDERED_WORKING:.0%} of the {len(working)} among the "
            f"{len(WORKING)} cells that surely work (chance below 5 % in random order)",
            f"{inner:.1%}",
            inner >= ORDERED_WORKING,
        ),
    ]


CRITERIA: dict[str, Callable[[Table], list[Check]]] = {
    "extremes": extremes,
    "middle": middle,
    "straight": straight,
    "lag": lag,
    "price": price,
    "best": best,
    "order": order,
}


def table3_checks(runs: Sequence[Run]) -> list[Check]:
    """All criteria on Table 3, the decisive one first."""
    table = read(runs)
    return [check for judge in CRITERIA.values() for check in judge(table)]
