"""The worked examples of CONTRIBUTING.md do what they say."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from book.page_list import load_pages
from lipgan.__main__ import main
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS, Regularizer
from lipgan.training import Training, load_data, train

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text, language, example="a regularizer"):
    """The fenced blocks of one language in a worked example."""
    section = text.split(f"\n## Worked example: add {example}\n")[1]
    found = BLOCK.findall(section.split("\n## ")[0])
    return [code for name, code in found if name == language]


def follow(text, monkeypatch):
    """Do what the example says: class, registration, oracle. Returns the key."""
    own_class, line, oracle = blocks(text, "python")
    names = {"__name__": "lipgan.gan.regularizers.example"}
    exec(own_class, names)
    ((key, entry),) = eval(f"{{{line}}}", names).items()
    assert isinstance(entry, Regularizer)
    if key in REGULARIZERS:
        pytest.skip(f"{key} is there already: somebody followed the example")
    monkeypatch.setitem(REGULARIZERS, key, entry)
    exec(oracle, names)
    tests = [f for name, f in names.items() if name.startswith("test_")]
    assert tests, "the example has no oracle"
    for test in tests:
        test()
    return key


def test_the_example_passes_its_oracle_and_is_documented(monkeypatch):
    entry = REGULARIZERS[follow(TEXT, monkeypatch)]
    assert entry.label != Regularizer.label
    assert "Source: " in (type(entry).__doc__ or "")


@pytest.mark.parametrize("loss", LOSSES)
def test_the_example_trains_with_every_loss(loss, tiny, monkeypatch):
    key = follow(TEXT, monkeypatch)
    (run,) = train([tiny(loss=loss, regularizer=key)], device="cpu")
    assert run.status == "completed"
    assert run.history["penalty"][-1] > 0


def test_the_example_changes_what_is_learned(tiny, monkeypatch):
    key = follow(TEXT, monkeypatch)
    weights = []
    for name in ("none", key):
        config = tiny(regularizer=name, penalty_weight=100.0)
        training = Training([config], load_data(config))
        training.step(1)
        weights.append(
            torch.cat(
                [w.flatten() for w in training.cohort.discriminators.weights.values()]
            )
        )
    assert not torch.equal(*weights)


def test_the_command_of_the_example_trains(monkeypatch, tmp_path, capsys):
    key = follow(TEXT, monkeypatch)
    ((command,),) = [blocks(TEXT, "bash")]
    python, module, name, *arguments = shlex.split(command)
    assert (python, module, name) == ("python", "-m", "lipgan")
    small = ["--scale", "smoke", "--num-steps", "2", "--store", str(tmp_path)]
    assert main([*arguments, *small, "--device", "cpu"]) == 0
    label = REGULARIZERS[key].label
    assert f"-{label} λ=0.001 seed 0: completed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("right", "wrong", "error"),
    [
        (".square().mean(1)", ".square().mean()", AssertionError),
        (".square()", ".abs()", AssertionError),
        ("class DriftPenalty", "class Drift", NameError),
        ("critic(x)", "critic(x", SyntaxError),
        ("def test_drift", "def drift", AssertionError),
    ],
)
def test_a_broken_block_is_noticed(right, wrong, error, monkeypatch):
    assert right in TEXT
    with pytest.raises(error):
        follow(TEXT.replace(right, wrong), monkeypatch)


# The claim, in a copy of the package

JUDGE = """
from lipgan.claims import CLAIMS
from lipgan.claims.judge import judge
from lipgan.claims import page
from lipgan.sweep import run_or_load

claim = CLAIMS["hinge_trains"]
runs = run_or_load(claim.configs("smoke", [0]), "store", progress=None)
[check] = claim.checks(runs)
print(len(runs), check.found)
def display(text): print(text)
Markdown = str
"""


def with_claim(text, folder):
    """A copy of the package with the folder of the example."""
    package = shutil.copytree(
        ROOT / "lipgan", folder / "lipgan", ignore=shutil.ignore_patterns("*.pyc")
    )
    criteria, init, cell = blocks(text, "python", "a claim")
    room = package / "claims" / "hinge"
    room.mkdir()
    (room / "criteria.py").write_text(criteria, "utf-8")
    (room / "__init__.py").write_text(init, "utf-8")
    return subprocess.run(
        [sys.executable, "-c", JUDGE + cell],
        **{"capture_output": True, "text": True, "cwd": folder, "check": False},
        env={**os.environ, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"},
    )


def test_a_folder_is_all_that_a_claim_needs(tmp_path):
    done = with_claim(TEXT, tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.match(r"2 \d+\.\d\d times\n", done.stdout), done.stdout
    assert "The hinge trains as well as NS at k = 1" in done.stdout
    assert "not tested" in done.stdout  # smoke decides nothing


def test_a_broken_claim_is_noticed(tmp_path):
    wrong = TEXT.replace('axis("loss", ("ns", "hinge"))', 'axis("loss", ("ns",))')
    assert wrong != TEXT
    assert with_claim(wrong, tmp_path).returncode != 0


def test_the_page_of_the_claim_is_listed_as_pages_are(tmp_path):
    (entry,) = blocks(TEXT, "yaml", "a claim")
    (tmp_path / "book").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "15_hinge.ipynb").touch()
    (tmp_path / "book" / "pages.yml").write_text(entry, "utf-8")
    (page,) = load_pages(tmp_path)
    assert (page.name, page.parameters) == ("15_hinge", {})
