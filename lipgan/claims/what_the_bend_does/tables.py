"""Tables of the intervention on the pushes."""

from collections.abc import Sequence

import pandas as pd

from lipgan.claims.domains import typical
from lipgan.claims.what_the_bend_does.criteria import PREDICTED, Arms
from lipgan.experiments import BENT_LOSSES, SETTINGS, setting_label
from lipgan.gan.losses import LOSSES
from lipgan.gan.push import PUSHES
from lipgan.runs import Run

# Rows of tables and of the map: every arm that is a training of its own for some loss.
ROWS: dict[str, tuple[str, str]] = {
    "as it is": ("own", "own"),
    "mean size held": ("norm", "own"),
    "sizes shuffled": ("perm", "own"),
    "sizes equal": ("even", "own"),
    "signs of L'(0)": ("mono", "own"),
    "terms balanced": ("own", "equal"),
    "balanced, shuffled": ("perm", "equal"),
    "balanced, signs of L'(0)": ("mono", "equal"),
}
ARM_LABELS = {which: label for label, which in ROWS.items()}
VERDICTS = {True: "mended", False: "not mended", None: "between"}
MEASURES = {
    "signed coherence, real": "coherence_real",
    "signed coherence, generated": "coherence_fake",
    "term balance": "term_balance",
    "place (widths)": "place",
}


def rows_of(arms: Arms) -> dict[str, tuple[str, str]]:
    """Label -> arm, of those that were trained."""
    return {label: which for label, which in ROWS.items() if arms.has(which)}


def pushes_table() -> pd.DataFrame:
    """The arms in words."""
    rows = {name: {"what a sample is pushed by": p.label} for name, p in PUSHES.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("arm")


def arms_table(
    runs: Sequence[Run], setting: tuple[float, float, float] = SETTINGS[0]
) -> pd.DataFrame:
    """Distance over the tangent's at one setting, all seeds."""
    arms = Arms(runs)
    rows = {
        label: {
            LOSSES[loss].label: arms.ratios(loss, setting, which)
            for loss in BENT_LOSSES
        }
        for label, which in rows_of(arms).items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("arm")
    return table.rename_axis(setting_label(setting), axis="columns")


def predicted(arms: Arms) -> dict[tuple[str, str, str], bool]:
    """What was predicted of the arms that were trained."""
    return {cell: value for cell, value in PREDICTED.items() if arms.has(cell[1:])}


def predicted_table(runs: Sequence[Run]) -> pd.DataFrame:
    """What was predicted of each arm at W = 3, and what came, k = 1 and k = 50."""
    arms = Arms(runs)
    held = arms.held()
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for (loss, *which), expected in predicted(arms).items():
        found = [arms.mended(loss, setting, (which[0], which[1])) for setting in held]
        row = {
            setting_label(setting): VERDICTS[value]
            for setting, value in zip(held, found, strict=True)
        }
        row["as predicted"] = f"{sum(v is expected for v in found)} of {len(held)}"
        cell = LOSSES[loss].label, ARM_LABELS[which[0], which[1]]
        rows[cell] = {"predicted": VERDICTS[expected], **row}
    order = [LOSSES[loss].label for loss in BENT_LOSSES]
    sorted_rows = dict(sorted(rows.items(), key=lambda item: order.index(item[0][0])))
    table = pd.DataFrame.from_dict(sorted_rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(sorted_rows, names=["loss", "arm"])
    return table


def measures_table(
    runs: Sequence[Run], setting: tuple[float, float, float] = SETTINGS[0]
) -> pd.DataFrame:
    """What the pushes of each loss, as it is, do during training, all seeds."""
    rows = {}
    for loss in BENT_LOSSES:
        own = [
            run
            for run in runs
            if (run.config.loss, run.config.push, run.config.balance)
            == (loss, "own", "own")
            and (run.config.pinned_width, run.config.lipschitz_k, run.config.alpha)
            == setting
        ]
        rows[LOSSES[loss].label] = {
            title: [typical(run, name) for run in own]
            for title, name in MEASURES.items()
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("loss")
    return table.rename_axis(setting_label(setting), axis="columns")


def predictions_kept(runs: Sequence[Run]) -> str:
    """How many of the predictions at W = 3 came true, in all."""
    arms = Arms(runs)
    held = arms.held()
    right = [
        arms.mended(loss, setting, (push, balance)) is expected
        for (loss, push, balance), expected in predicted(arms).items()
        for setting in held
    ]
    return f"{sum(right)} of {len(right)}"
