"""The commands and their options; nothing here loads what a command needs."""

import argparse
from typing import Any, NoReturn

BAD_INPUT = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, as for every other bad input; ``--help`` has the usage."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def parser(chosen: str = "") -> argparse.ArgumentParser:
    """The parser; options that need torch to be known are left to their command.

    Args:
        chosen: the command that was given; the others' options may be incomplete.

    Returns:
        A parser whose result names the command in ``run``, as ``module.function`` of
        this package.
    """
    made = _Parser(
        prog="lipgan",
        description="Train Lipschitz-regularized GANs and keep their records.",
    )
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="one GAN")
    train.set_defaults(run="training.train_one")
    sweep = commands.add_parser("sweep", help="all cells of a table")
    sweep.set_defaults(run="training.train_table")
    evaluate = commands.add_parser("evaluate", help="judge stored generators again")
    evaluate.set_defaults(run="records.judge_generators")
    publish = commands.add_parser("publish", help="pack finished runs as evidence")
    publish.set_defaults(run="records.publish_runs")
    status = commands.add_parser("status", help="what a store holds")
    status.set_defaults(run="records.count_records")
    verify = commands.add_parser("verify", help="check every record of a store")
    verify.set_defaults(run="records.verify_records")
    if chosen == "train":
        _add_fields(train)
    _add_grid(sweep, _tables() if chosen == "sweep" else None)
    _add_judging(evaluate)
    _add_publishing(publish)
    for command in (train, sweep):
        _add_training(command)
    for command in (train, sweep, verify):
        command.add_argument(
            "--repair", action="store_true", help="move damaged records aside"
        )
    for command in (train, sweep, evaluate, publish, status, verify):
        command.add_argument("--store", default=None, help="directory of run records")
    return made


def _tables() -> list[str]:
    from lipgan.experiments import EXPERIMENTS

    return list(EXPERIMENTS)


def _add_fields(parser: argparse.ArgumentParser) -> None:
    """One option for each field of a config."""
    from dataclasses import fields

    from lipgan.config import Config

    for field in fields(Config):
        kind: Any = field.type
        name = "--" + field.name.replace("_", "-")
        parser.add_argument(name, type=kind, default=None, metavar=kind.__name__)


def _add_grid(parser: argparse.ArgumentParser, tables: list[str] | None) -> None:
    parser.add_argument("table", choices=tables)
    parser.add_argument("--dataset", default=None)
    parser.add_argument("--scale", default="embedded")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], metavar="N")
    parser.add_argument("--dry-run", action="store_true", help="print the plan only")


def _add_judging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--features", default=None, help="default: as they were")
    parser.add_argument("--samples", type=int, metavar="N", help="images behind each")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--data", default=None, help="where data sets lie")
    parser.add_argument("--inception-weights", default=None, metavar="FILE")


def _add_publishing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", default=None, metavar="DIR", help="book/data")
    parser.add_argument(
        "--keep-generators", type=int, nargs="*", default=[], metavar="SEED"
    )


def _add_training(parser: argparse.ArgumentParser) -> None:
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
        ("--tf32", "on a GPU convolutions may round to TF32, where that is faster"),
        ("--graphs", "a GPU replays steps as CUDA graphs"),
    ):
        parser.add_argument(name, action="store_true", help=text)
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
