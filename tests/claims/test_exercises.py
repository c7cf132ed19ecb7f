"""What the solutions of "Break it" exercises quote: published runs, each by name."""

import re
import shlex

import nbformat
import pytest

from lipgan.claims.exercises import (
    DIVERGED,
    NOT_MEASURED,
    NOT_PUBLISHED,
    QUOTED,
    outcome,
    outcomes,
)
from lipgan.cli.parser import parser
from lipgan.config import Config
from lipgan.experiments import break_it, break_it_runs, break_it_toys
from lipgan.runs import RunStore
from tests.book.test_notebooks import ROOT
from tests.book.test_teaching import BLOCK, commands_in

TRAINED = set(break_it()) | set(break_it_toys())


def text_of(page):
    made = nbformat.read(ROOT / "notebooks" / f"{page}.ipynb", as_version=4)
    return "\n".join(c.source for c in made.cells if c.cell_type == "markdown")


@pytest.mark.parametrize("page", QUOTED)
def test_a_solution_quotes_published_runs(page):
    quoted = set(re.findall(r"\{glue:text\}`(break-[^`]+)`", text_of(page)))
    found = outcomes(page)
    assert quoted <= found.keys()
    assert set(break_it_runs(page).values()) <= TRAINED
    assert NOT_PUBLISHED not in found.values()
    assert all(text == DIVERGED or float(text[:1]) >= 0 for text in found.values())


@pytest.mark.parametrize("page", QUOTED)
def test_what_a_reader_can_copy_is_what_was_trained(page):
    blocks = BLOCK.findall(text_of(page))
    (exercise,) = (body for _, _, title, body in blocks if title == "Break it")
    for line in commands_in(exercise):
        words = shlex.split(line)
        options = vars(parser("train").parse_args(words))
        fields = {k: options.get(k) for k in Config.__dataclass_fields__}
        made = Config(**{k: v for k, v in fields.items() if v is not None})
        assert made in TRAINED, line


def test_numbers_in_break_it_solutions_come_from_records():
    """No distance is typed in: digits are counts of steps, seeds and settings."""
    for page in QUOTED:
        for _, kind, name, body in BLOCK.findall(text_of(page)):
            if kind == "solution" and name.startswith("exercise-break-"):
                prose = re.sub(r"\{glue:text\}`[^`]*`|\$[^$]*\$|`[^`]*`", "", body)
                allowed = {"1,000", "4,000", "0", "0.1", "0.2", "0.02", "0.002"}
                allowed |= {"1", "3", "100"}
                found = set(re.findall(r"\d[\d.,]*\d|\d", prose))
                assert found <= allowed, (page, found - allowed)


def test_without_the_run_the_text_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("LIPGAN_EVIDENCE", str(tmp_path))
    assert outcome("fd", Config(loss="ns")) == NOT_PUBLISHED


def test_a_run_that_diverged_has_no_number(tmp_path, monkeypatch, made_run):
    store = RunStore(tmp_path)
    store.save(made_run(Config(loss="exp"), status="diverged", diverged_at=3))
    monkeypatch.setenv("LIPGAN_EVIDENCE", str(tmp_path))
    assert outcome("fd", Config(loss="exp")) == DIVERGED


def test_a_run_without_the_number_did_not_diverge(tmp_path, monkeypatch, made_run):
    store = RunStore(tmp_path)
    store.save(made_run(Config(loss="ns"), {"kid_digits_2k": 0.1}))
    monkeypatch.setenv("LIPGAN_EVIDENCE", str(tmp_path))
    assert outcome("density", Config(loss="ns")) == NOT_MEASURED
