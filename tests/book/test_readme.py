"""Every command of the README is executed here, at smoke scale."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from book import reproduce
from lipgan.runs.evidence import evidence_store

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```bash\n(.*?)```", TEXT, re.S)
    for line in block.strip().splitlines()
]
MAKE = [line for line in COMMANDS if line.startswith("make ")]


def small(words: list[str]) -> list[str]:
    """The same command at smoke scale, with this interpreter."""
    words = [
        str(Path(sys.executable).with_name(Path(word).name))
        if word.startswith(".venv/bin/")
        else word
        for word in words
    ]
    if "--help-notebook" in words:
        return words
    if Path(words[0]).name == "papermill":
        return [*words, "-p", "scale", "smoke", "--kernel", "python3"]
    return [*words, "--scale", "smoke"] if {"train", "sweep"} & set(words) else words


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """What the commands need, in a folder that they may write to."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copy(ROOT / "_toc.yml", folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in MAKE])
def test_command_runs(command, checkout):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment.pop("LIPGAN_STORE", None)
    done = subprocess.run(
        small(shlex.split(command)),
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    needs_gpu = "--device cuda" in command and not torch.cuda.is_available()
    assert done.returncode == (2 if needs_gpu else 0), done.stderr
    if needs_gpu:
        assert "no GPU is visible" in done.stderr
        assert done.stderr.count("\n") == 1


def test_make_commands_are_those_of_continuous_integration():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert MAKE[:2] == ["make book", "make test"]
    for command in MAKE[:2]:
        assert f"phase {command.removeprefix('make ')}" in script


def test_make_commands_are_targets():
    targets = (ROOT / "Makefile").read_text("utf-8")
    for command in MAKE:
        assert f"\n{command.split()[1]}: " in targets


def test_python_example_runs(checkout, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    monkeypatch.chdir(checkout)
    code = code.replace("lipschitz_k=5.0", "lipschitz_k=5.0, scale='smoke'")
    exec(code.replace("fd_digits_2k", "fd_digits_64"), {"__name__": "__main__"})
    assert "WGAN-SN k=5 seed 0 completed" in capsys.readouterr().out


def test_numbers_of_gans_are_those_that_the_claims_ask_for():
    one, everything = (len(reproduce.needed(seeds)) for seeds in ([0], range(5)))
    published = len(evidence_store().ids())
    text = " ".join(TEXT.split())
    assert f"from nothing, {one:,} GANs" in text
    assert f"All seeds, {everything:,} GANs" in text
    assert f"published records of {published:,} GANs" in text
