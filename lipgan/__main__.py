"""The command line; ``python -m lipgan --help`` says what it can do."""

import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

from lipgan.cli.parser import BAD_INPUT, parser
from lipgan.support.messages import silence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; bad input is one line on stderr and exit code 2."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks α, or less
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser(*given[:1]).parse_args(given)
    try:
        module, name = options.run.split(".")
        run = getattr(import_module(f"lipgan.cli.{module}"), name)
        return _finished(run(options))
    except OSError as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError | PermissionError):
            print(f"lipgan: {error}", file=sys.stderr)
            return BAD_INPUT
        if not isinstance(error, BrokenPipeError):
            print(f"lipgan: {error}", file=sys.stderr)
        return _finished(1)
    except (ValueError, ImportError) as error:  # a package that is not installed
        print(f"lipgan: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:  # a second time, or while nothing is trained
        print("lipgan: interrupted; finished runs are in the store", file=sys.stderr)
        return 130


def _finished(code: int) -> int:
    """The exit code, once nothing is left that could fail while Python ends."""
    silence()
    return code


if __name__ == "__main__":
    sys.exit(main())
