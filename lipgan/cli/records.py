"""The commands on records: ``evaluate``, ``publish``, ``status`` and ``verify``."""

import argparse
from collections import Counter
from pathlib import Path

from lipgan.data.sets import of_folder
from lipgan.runs import RecordError, RunStore, atomic
from lipgan.runs.catalog import README, catalog
from lipgan.runs.evidence import SUMS, Evidence
from lipgan.runs.verify import repair, verify
from lipgan.support.paths import project_root


def judge_generators(options: argparse.Namespace) -> int:
    """Judge the kept generators of a store, and record the numbers in their runs."""
    from lipgan.training.judge_again import judge_again

    features = options.features or ("inception" if options.inception_weights else None)
    judged = judge_again(
        _existing(options.store),
        features,
        options.samples,
        inception_weights=options.inception_weights,
        data_dir=options.data,
        device=options.device,
    )
    for run in judged:
        numbers = ", ".join(f"{k} {v:.4g}" for k, v in run.metrics.items())
        print(f"{run.config.label}: {numbers}", flush=True)
    return 0


def publish_runs(options: argparse.Namespace) -> int:
    """Pack a store's finished runs into the published evidence."""
    from lipgan.claims.matrix import verdicts_by_table
    from lipgan.experiments import EXPERIMENTS
    from lipgan.sweep.publish import publish

    store = _existing(options.store)
    if not store.ids():
        raise ValueError(f"store: {str(store.path)!r} holds no runs")
    folder = Path(options.to) if options.to else project_root() / "book" / "data"
    kept = set(options.keep_generators)
    runs = list(store)
    own = [run for run in runs if not of_folder(run.config.dataset)]
    if len(own) < len(runs):
        print(f"{len(runs) - len(own)} runs on folders of images are left out")
    evidence = publish(own, folder, EXPERIMENTS, lambda run: run.config.seed in kept)
    text = catalog(evidence, verdicts_by_table(evidence))
    atomic.write(folder / README, text.encode())
    print(f"{folder}: {len(evidence)} runs in {len(evidence.tables)} tables")
    return 0


def count_records(options: argparse.Namespace) -> int:
    """Count what the first bytes of each record say; ``verify`` reads all of them."""
    store = _existing(options.store)
    counts: Counter[tuple[str, str, str]] = Counter()
    unreadable = 0
    for name in store.ids():
        try:
            counts[store.outcome(name)] += 1
        except RecordError:
            unreadable += 1
    print(f"{store.path}: {sum(counts.values()) + unreadable} records")
    for (dataset, scale, state), count in sorted(counts.items()):
        print(f"  {dataset} at {scale} scale: {count} {state}")
    if unreadable:
        print(f"  {unreadable} unreadable: `python -m lipgan verify` names them")
    return 0


def verify_records(options: argparse.Namespace) -> int:
    """Check every byte of a store or of the published evidence."""
    store = _existing(options.store)
    if (store.path / SUMS).is_file():
        published = Evidence(store.path)  # read now, whatever was read before
        wrong = published.damaged()
        print("".join(f"{error}\n" for error in wrong), end="")
        count = sum(1 for _ in published.sound())
        print(f"{store.path}: {count} sound published runs, {len(wrong)} files damaged")
        if not published.sums:
            print(f"{store.path / SUMS} names no file")
        return 1 if wrong or not published.sums else 0
    found = verify(store)
    for error in (*found.damaged, *found.foreign):
        print(error)
    counts = f"{found.records} records, {len(found.damaged)} damaged"
    if found.foreign:
        counts += f", {len(found.foreign)} of another version"
    print(f"{store.path}: {counts}")
    if found.remnants:
        print(f"{len(found.remnants)} files of no record, left or just being written")
    if options.repair:
        moved = repair(store, found)
        print(f"{len(moved)} files moved to {store.path / 'damaged'}, nothing deleted")
        return 1 if found.foreign else 0
    return 1 if found.damaged or found.foreign else 0


def _existing(path: str | None) -> RunStore:
    """The store to look at; a mistyped one is no empty one."""
    store = RunStore(path)
    if not store.path.is_dir():
        raise FileNotFoundError(f"store: {str(store.path)!r} is not a folder")
    return store
