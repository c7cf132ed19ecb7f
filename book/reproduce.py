"""Trains every embedded record from nothing and compares it with the published one.

python book/reproduce.py [--seeds N ...] [--store DIR]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lipgan.claims.judge import Verdict
    from lipgan.config import Config
    from lipgan.runs import RunStore
    from lipgan.runs.evidence import Records

ROOT = Path(__file__).resolve().parents[1]
SCALE = "embedded"


def needed(seeds: Sequence[int]) -> list[Config]:
    """Lists the runs behind all claims, as far as their evidence has these seeds.

    Args:
        seeds: seeds to train.

    Returns:
        Distinct configs, in the order of the claims.
    """
    from lipgan.claims.judge import CLAIMS

    configs: dict[Config, None] = {}
    for claim in CLAIMS.values():
        chosen = [seed for seed in seeds if seed < claim.seeds]
        configs |= dict.fromkeys(claim.configs(SCALE, chosen))
        further = [c for c in claim.bearing(SCALE) if c.seed in chosen]
        configs |= dict.fromkeys(further)
    return list(configs)


def verdicts(store: Records, seeds: Sequence[int]) -> dict[str, Verdict]:
    """Judges every claim that needs runs, on these seeds of a store.

    Args:
        store: records.
        seeds: seeds to judge; incomplete ones are left out.

    Returns:
        Verdict by name of the claim.
    """
    from lipgan.claims.judge import CLAIMS, judged

    return {
        name: judged(name, store, SCALE, seeds)
        for name, claim in CLAIMS.items()
        if claim.configs(SCALE, [0])
    }


def comparison(published: dict[str, Verdict], fresh: dict[str, Verdict]) -> str:
    """Puts both verdicts on every claim side by side.

    Args:
        published: verdicts on the published records.
        fresh: verdicts on the new ones, same claims and seeds.

    Returns:
        One line per claim, those that differ marked, and a line with their number.
    """
    lines, differ = [], 0
    for name, ours in published.items():
        theirs = fresh[name]
        same = ours.status == theirs.status
        differ += not same
        mark = " " if same else "*"
        lines.append(f"{mark} {name:<16} {ours.status:<15} {theirs.status}")
        if not same:
            pairs = zip(ours.checks, theirs.checks, strict=False)
            for a, b in pairs:
                lines += [f"    published: {a.found}", f"    here:      {b.found}"]
    head = f"  {'claim':<16} {'published':<15} trained here"
    count = f"{differ} of {len(published)} verdicts differ"
    return "\n".join([head, *lines, count])


def reproduce(seeds: Sequence[int], store: RunStore) -> None:
    """Trains, compares and prints.

    Args:
        seeds: seeds to train.
        store: where the new records go; those it holds already are kept.
    """
    from lipgan.runs.evidence import open_records
    from lipgan.sweep import run_or_load

    configs = needed(seeds)
    found = sum(config in store for config in configs)
    listed = ", ".join(map(str, seeds))
    print(f"{len(configs)} GANs, seeds {listed}; {found} found in {store.path}")
    start = time.perf_counter()
    run_or_load(configs, store, progress=_indented)
    print(f"Trained in {(time.perf_counter() - start) / 60:.1f} min\n")
    evidence = open_records(ROOT / "book" / "data")
    print(comparison(verdicts(evidence, seeds), verdicts(store, seeds)))


def _indented(line: str) -> None:
    print(f"  {line}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Command line.

    Args:
        arguments: command-line arguments; those of the process when `None`.

    Returns:
        0 when everything was compared, 2 for bad input or a damaged record.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], metavar="N")
    default = ROOT / "build" / "reproduce"
    parser.add_argument("--store", type=Path, default=default, metavar="DIR")
    chosen = parser.parse_args(arguments)
    try:
        from lipgan.runs import RunStore

        unknown = [seed for seed in chosen.seeds if not needed([seed])]
        if unknown:
            raise ValueError(f"--seeds: nothing is published for {unknown}")
        reproduce(chosen.seeds, RunStore(chosen.store))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
