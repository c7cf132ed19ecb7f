"""The table of parameters says what the cell says."""

import json
from pathlib import Path

import pytest

from book.page_list import accepted_parameters, load_pages
from book.parameter_table import (
    IN_THE_PAPER,
    parameter_rows,
    parameter_table,
    with_parameter_table,
)

ROOT = Path(__file__).resolve().parents[2]
PAGES = load_pages(ROOT)
CELL = """scale: str = "embedded"  # smoke, embedded or paper
seeds: list = [0, 1]  # one run each
weights: str = ""  # a file
k: float = 1e-3  # of the toy; see below
"""


def parameters_cell(notebook):
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    [cell] = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    return "".join(cell["source"])


def test_rows_are_names_defaults_and_comments():
    assert parameter_rows(CELL) == [
        ("scale", "embedded", "smoke, embedded or paper"),
        ("seeds", "0, 1", "one run each"),
        ("weights", "none", "a file"),
        ("k", "0.001", "of the toy; see below"),
    ]
    assert parameter_table("x = 1") == ""


def test_the_table_stands_before_the_cell():
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": CELL}
    other = {"cell_type": "code", "metadata": {}, "source": "y = 2"}
    made = with_parameter_table({"cells": [other, cell]})["cells"]
    assert [c["cell_type"] for c in made] == ["code", "markdown", "code"]
    assert "| `seeds` | 0, 1 | one run each | not stated |" in made[1]["source"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_parameter_of_a_page_has_a_meaning(page):
    rows = parameter_rows(parameters_cell(page.notebook))
    assert [name for name, _, _ in rows] == list(accepted_parameters(page.notebook))
    assert all(meaning for _, _, meaning in rows)


def test_what_the_paper_did_is_said_of_parameters_that_exist():
    known = {name for page in PAGES for name in accepted_parameters(page.notebook)}
    assert IN_THE_PAPER.keys() <= known
