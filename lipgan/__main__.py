"""The command line: train, sweep, status, verify. ``python -m lipgan --help``."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from lipgan.config import Config

BAD_INPUT = 2
TABLES = (
    *("table3", "table3_srn", "table4a", "table4b", "table5"),
    *("figure1", "figure4", "figure5", "small_k"),
    *("roads", "roads_scaled", "lgan", "gran_k", "gradient_fields"),
)
_ON_POINTS = {"figure1", "gradient_fields"}
_FIELDS: dict[str, type] = {
    "loss": str,
    "alpha": float,
    "regularizer": str,
    "lipschitz-k": float,
    "penalty-weight": float,
    "dataset": str,
    "scale": str,
    "seed": int,
    "num-steps": int,
    "batch-size": int,
    "width": int,
    "image-size": int,
    "channels": int,
    "n-dis": int,
    "optimizer": str,
    "ema-decay": float,
    "lr-d": float,
    "lr-g": float,
    "eval-samples": int,
    "features": str,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; bad input is one line on stderr and exit code 2."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, FileNotFoundError) as error:
        print(f"lipgan: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("lipgan: interrupted; finished runs are in the store", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, as for every other bad input; ``--help`` has the usage."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="lipgan",
        description="Train Lipschitz-regularized GANs and keep their records.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="one GAN")
    for name, kind in _FIELDS.items():
        train.add_argument(f"--{name}", type=kind, default=None, metavar=kind.__name__)
    _add_training_options(train)
    train.set_defaults(run=_train)
    sweep = commands.add_parser("sweep", help="all cells of a table")
    sweep.add_argument("table", choices=TABLES)
    sweep.add_argument("--dataset", default=None)
    sweep.add_argument("--scale", default="embedded")
    sweep.add_argument("--seeds", type=int, nargs="+", default=[0], metavar="N")
    sweep.add_argument("--dry-run", action="store_true", help="print the plan only")
    _add_training_options(sweep)
    sweep.set_defaults(run=_sweep)
    status = commands.add_parser("status", help="what a store holds")
    status.set_defaults(run=_status)
    verify = commands.add_parser("verify", help="check every record of a store")
    verify.set_defaults(run=_verify)
    for command in (train, sweep, verify):
        command.add_argument(
            "--repair", action="store_true", help="move damaged records aside"
        )
    for command in (train, sweep, status, verify):
        command.add_argument("--store", default=None, help="directory of run records")
    return parser


def _add_training_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--data", default=None, help="where data sets lie")
    parser.add_argument("--download", action="store_true", help="fetch missing data")
    parser.add_argument(
        "--inception-weights", default=None, metavar="FILE", help="judge by FID"
    )


def _run_all(configs: "list[Config]", options: argparse.Namespace) -> int:
    from lipgan.runs import RunStore
    from lipgan.sweep import run_or_load

    runs = run_or_load(
        configs,
        RunStore(options.store),  # without the published evidence: this trains
        device=options.device,
        data_dir=options.data,
        download=options.download,
        inception_weights=options.inception_weights,
        repair=options.repair,
        progress=lambda line: print(line, flush=True),
    )
    for run in runs:
        numbers = ", ".join(f"{k} {v:.4g}" for k, v in run.metrics.items())
        print(f"{run.config.label}: {run.status}; {numbers}")
    return 0


def _train(options: argparse.Namespace) -> int:
    from lipgan.config import Config

    given: dict[str, Any] = {k: v for k, v in vars(options).items() if v is not None}
    fields = {k: given[k] for k in Config.__dataclass_fields__ if k in given}
    if options.inception_weights:
        fields.setdefault("features", "inception")
    return _run_all([Config(**fields)], options)


def _sweep(options: argparse.Namespace) -> int:
    from lipgan.experiments import EXPERIMENTS
    from lipgan.runs import RunStore
    from lipgan.sweep import pack

    chosen = {"dataset": options.dataset} if options.dataset else {}
    if options.inception_weights and options.table not in _ON_POINTS:
        chosen["features"] = "inception"
    configs = EXPERIMENTS[options.table](
        scale=options.scale, seeds=options.seeds, **chosen
    )
    if options.dry_run:
        store = RunStore(options.store)
        missing = [c for c in configs if c not in store]
        print(
            f"{len(configs)} runs, {len(configs) - len(missing)} in {store.path}, "
            f"{len(missing)} to train in {len(pack(missing))} cohorts"
        )
        return 0
    return _run_all(configs, options)


def _status(options: argparse.Namespace) -> int:
    """Count what the first bytes of each record say; ``verify`` reads all of them."""
    from lipgan.runs import RecordError, RunStore

    store = RunStore(options.store)
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


def _verify(options: argparse.Namespace) -> int:
    from lipgan.runs import RunStore
    from lipgan.verification import repair, verify

    store = RunStore(options.store)
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


if __name__ == "__main__":
    sys.exit(main())
