"""What is printed must not decide whether a training ends well."""

import os
import subprocess
import sys

import pytest

from lipgan.support.messages import not_one_of, unharmed

TRAIN = [
    *(sys.executable, "-m", "lipgan", "train", "--scale", "smoke", "--num-steps", "2"),
    *("--device", "cpu", "--alpha", "0.5"),
]


def records(store):
    return len(list(store.glob("*.json")))


def test_the_nearest_key_is_suggested():
    assert not_one_of("loss", "NS", ["ns", "ls"]).endswith("; did you mean 'ns'?")
    assert not_one_of("loss", "zzz", ["ns", "ls"]) == "loss: 'zzz' is not one of ns, ls"


@pytest.mark.parametrize("error", [BrokenPipeError, OSError(28, "full"), ValueError])
def test_a_reader_who_has_gone_ends_nothing(error):
    def fail(_):
        raise error

    unharmed(fail)("line")
    unharmed(None)("line")
    with pytest.raises(KeyError):  # a fault of the program still shows
        unharmed(lambda line: {}[line])("line")


def test_a_terminal_that_cannot_print_gets_escapes():
    lines = []

    def latin(line):
        line.encode("latin-1")
        lines.append(line)

    unharmed(latin)("α=1")
    assert lines == ["\\u03b1=1"]


@pytest.mark.slow
@pytest.mark.parametrize("target", ["closed pipe", "/dev/full"])
def test_a_run_is_kept_wherever_its_output_goes(target, tmp_path):
    if target == "closed pipe":
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open(target, os.O_WRONLY)
    done = subprocess.run(
        [*TRAIN, "--store", str(tmp_path)],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
    assert records(tmp_path) == 1


def test_a_latin_terminal_is_served(tmp_path):
    done = subprocess.run(
        [*TRAIN, "--store", str(tmp_path)],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\u03b1=0.5" in done.stdout
    assert records(tmp_path) == 1
