"""The command line; ``python -m lipgan --help`` says what it can do."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn

from lipgan.support.messages import silence, unharmed

if TYPE_CHECKING:
    from lipgan.config import Config
    from lipgan.runs import Run, RunStore

BAD_INPUT = 2
NOT_FINISHED = 75  # as in sysexits.h: try again later
_ON_POINTS = {"figure1", "gradient_fields"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; bad input is one line on stderr and exit code 2."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks α, or less
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser(*given[:1]).parse_args(given)
    try:
        return _finished(options.run(options))
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            print(f"lipgan: {error}", file=sys.stderr)
            return BAD_INPUT
        if not isinstance(error, BrokenPipeError):
            print(f"lipgan: {error}", file=sys.stderr)
        return _finished(1)
    except ValueError as error:
        print(f"lipgan: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:  # a second time, or while nothing is trained
        print("lipgan: interrupted; finished runs are in the store", file=sys.stderr)
        return 130


def _finished(code: int) -> int:
    """The exit code, once nothing is left that could fail while Python ends."""
    silence()
    return code


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, as for every other bad input; ``--help`` has the usage."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def _parser(chosen: str = "") -> argparse.ArgumentParser:
    """The parser; options that need torch to be known are left to their command."""
    parser = _Parser(
        prog="lipgan",
        description="Train Lipschitz-regularized GANs and keep their records.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="one GAN")
    if chosen == "train":
        _add_fields(train)
    _add_training_options(train)
    train.set_defaults(run=_train)
    sweep = commands.add_parser("sweep", help="all cells of a table")
    sweep.add_argument("table", choices=_tables() if chosen == "sweep" else None)
    sweep.add_argument("--dataset", default=None)
    sweep.add_argument("--scale", default="embedded")
    sweep.add_argument("--seeds", type=int, nargs="+", default=[0], metavar="N")
    sweep.add_argument("--dry-run", action="store_true", help="print the plan only")
    _add_training_options(sweep)
    sweep.set_defaults(run=_sweep)
    evaluate = commands.add_parser("evaluate", help="judge stored generators again")
    evaluate.add_argument("--features", default=None, help="default: as they were")
    evaluate.add_argument("--samples", type=int, metavar="N", help="images behind each")
    evaluate.add_argument("--device", default="auto", help="auto, cpu or cuda")
    evaluate.add_argument("--data", default=None, help="where data sets lie")
    evaluate.add_argument("--inception-weights", default=None, metavar="FILE")
    evaluate.set_defaults(run=_evaluate)
    publish = commands.add_parser("publish", help="pack finished runs as evidence")
    publish.add_argument("--to", default=None, metavar="DIR", help="book/data")
    publish.add_argument(
        "--keep-generators", type=int, nargs="*", default=[], metavar="SEED"
    )
    publish.set_defaults(run=_publish)
    status = commands.add_parser("status", help="what a store holds")
    status.set_defaults(run=_status)
    verify = commands.add_parser("verify", help="check every record of a store")
    verify.set_defaults(run=_verify)
    for command in (train, sweep, verify):
        command.add_argument(
            "--repair", action="store_true", help="move damaged records aside"
        )
    for command in (train, sweep, evaluate, publish, status, verify):
        command.add_argument("--store", default=None, help="directory of run records")
    return parser


def _add_fields(parser: argparse.ArgumentParser) -> None:
    """One option for each field of a config."""
    from dataclasses import fields

    from lipgan.config import Config

    for field in fields(Config):
        kind: Any = field.type
        name = "--" + field.name.replace("_", "-")
        parser.add_argument(name, type=kind, default=None, metavar=kind.__name__)


def _tables() -> list[str]:
    from lipgan.experiments import EXPERIMENTS

    return list(EXPERIMENTS)


def _add_training_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--data", default=None, help="where data sets lie")
    parser.add_argument("--download", action="store_true", help="fetch missing data")
    parser.add_argument(
        "--inception-weights", default=None, metavar="FILE", help="judge by FID"
    )
    parser.add_argument(
        "--keep-weights", action="store_true", help="store both networks of each run"
    )
    for name, text in (
        ("--checkpoint-every", "keep unfinished cohorts in the store so often"),
        ("--time-budget", "stop after this time; the same command goes on"),
    ):
        parser.add_argument(name, type=_minutes, metavar="MINUTES", help=text)
    parser.add_argument(
        "--scheduler", default=None, metavar="ADDRESS", help="Dask, tcp://HOST:PORT"
    )


def _minutes(text: str) -> float:
    """Seconds of a positive number of minutes."""
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes above 0")
    return 60 * minutes


def _run_all(configs: "list[Config]", options: argparse.Namespace) -> int:
    """Train what is missing; stopped by a signal, exit as the signal alone would."""
    from lipgan.sweep import Unfinished
    from lipgan.training.stopping import received_signal, signals_stop_training

    with signals_stop_training():
        try:
            runs = _run_or_load(configs, options)
        except Unfinished as unfinished:
            print(f"lipgan: {unfinished}", file=sys.stderr)
            number = received_signal()
            return 128 + number if number else NOT_FINISHED
    for run in runs:
        numbers = ", ".join(f"{k} {v:.4g}" for k, v in run.metrics.items())
        unharmed(print)(f"{run.config.label}: {run.status}; {numbers}")
    return 0


def _run_or_load(configs: "list[Config]", options: argparse.Namespace) -> "list[Run]":
    from lipgan.runs import RunStore
    from lipgan.sweep import run_or_load
    from lipgan.sweep.dask import dask_executor

    say = unharmed(partial(print, flush=True))

    cluster = dask_executor(options.scheduler, say) if options.scheduler else None
    with cluster or nullcontext() as executor:
        return run_or_load(
            configs,
            RunStore(options.store),  # without the published evidence: this trains
            executor,
            device=options.device,
            data_dir=options.data,
            download=options.download,
            inception_weights=options.inception_weights,
            keep_weights=options.keep_weights,
            checkpoint_every=options.checkpoint_every,
            time_budget=options.time_budget,
            repair=options.repair,
            progress=say,
        )


def _train(options: argparse.Namespace) -> int:
    from lipgan.config import Config

    given: dict[str, Any] = {k: v for k, v in vars(options).items() if v is not None}
    fields = {k: given[k] for k in Config.__dataclass_fields__ if k in given}
    if options.inception_weights:
        fields.setdefault("features", "inception")
    return _run_all([Config(**fields)], options)


def _sweep(options: argparse.Namespace) -> int:
    from lipgan.experiments import EXPERIMENTS

    chosen = {"dataset": options.dataset} if options.dataset else {}
    if options.inception_weights and options.table not in _ON_POINTS:
        chosen["features"] = "inception"
    configs = EXPERIMENTS[options.table](
        scale=options.scale, seeds=options.seeds, **chosen
    )
    return _dry_run(configs, options) if options.dry_run else _run_all(configs, options)


def _dry_run(configs: "list[Config]", options: argparse.Namespace) -> int:
    """Print the plan; the times are those of records on the same kind of device."""
    from lipgan.runs import RunStore
    from lipgan.sweep.plan import describe, plan_missing

    store = RunStore(options.store)
    plan = plan_missing(configs, store, options.device)
    print(
        f"{len(configs)} runs, {len(configs) - plan.missing} in {store.path}, "
        f"{plan.missing} to train in {len(plan.cohorts)} cohorts"
    )
    for line in describe(plan):
        print(line)
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from lipgan.runs import RunStore
    from lipgan.training.judge_again import judge_again

    features = options.features or ("inception" if options.inception_weights else None)
    judged = judge_again(
        RunStore(options.store),
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


def _publish(options: argparse.Namespace) -> int:
    from pathlib import Path

    from lipgan.claims.matrix import verdicts_by_table
    from lipgan.experiments import EXPERIMENTS
    from lipgan.runs import RunStore, atomic
    from lipgan.runs.catalog import README, catalog
    from lipgan.support.paths import project_root
    from lipgan.sweep.publish import publish

    store = RunStore(options.store)
    if not store.ids():
        raise ValueError(f"store: {str(store.path)!r} holds no runs")
    folder = Path(options.to) if options.to else project_root() / "book" / "data"
    kept = set(options.keep_generators)
    evidence = publish(store, folder, EXPERIMENTS, lambda run: run.config.seed in kept)
    text = catalog(evidence, verdicts_by_table(evidence))
    atomic.write(folder / README, text.encode())
    print(f"{folder}: {len(evidence)} runs in {len(evidence.tables)} tables")
    return 0


def _existing(path: str | None) -> "RunStore":
    """The store to look at; a mistyped one is no empty one."""
    from lipgan.runs import RunStore

    store = RunStore(path)
    if path is not None and not store.path.is_dir():
        raise FileNotFoundError(f"store: {path!r} is not a folder")
    return store


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
    from lipgan.runs.evidence import Evidence, open_records
    from lipgan.runs.verify import repair, verify

    store = open_records(options.store) if options.store else _existing(None)
    if isinstance(store, Evidence):
        wrong = store.damaged()
        print("".join(f"{error}\n" for error in wrong), end="")
        print(f"{store.path}: {len(store)} published runs, {len(wrong)} files damaged")
        return 1 if wrong else 0
    store = _existing(options.store)
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
