"""Slides: the files that the teaching page offers, small and the same every time."""

import itertools
import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from book import slides
from lipgan.claims.base import Check
from lipgan.claims.judge import CLAIMS, Verdict
from lipgan.claims.matrix import COLUMNS
from lipgan.claims.page import MARKS
from tests.book.test_teaching import COMMAND, check_command

TEXT = (Path(__file__).resolve().parents[2] / "book" / "teaching.md").read_text("utf-8")
NO_RUNS = dict.fromkeys(("table3", "table4a", "figure4", "figure1"), ())


def drawn():
    figure = Figure()
    figure.subplots().plot([0, 1], label="a line")
    return figure


def test_the_page_offers_every_slide():
    offered = re.findall(r"\{download\}`([\w.]+) <figures/slides/([\w.]+)>`", TEXT)
    assert [title for title, _ in offered] == [file for _, file in offered]
    assert {f"{name}.svg" for name in slides.slide_figures(NO_RUNS, {})} == {
        file for _, file in offered
    }


def test_what_held_has_a_row_per_tested_claim_and_a_column_per_data_set():
    tested = (Check("asked", "found", True),)
    verdicts = dict.fromkeys(itertools.product(CLAIMS, COLUMNS))
    for name in ("table3", "small_k"):
        verdicts[name, "digits, toys"] = Verdict("partly", tested)
    verdicts["small_k", "MNIST"] = Verdict("reproduced", tested)
    verdicts["table3", "MNIST"] = Verdict("not tested", ())
    shown = [text.get_text() for text in slides.what_held(verdicts).axes[0].texts]
    assert CLAIMS["table3"].statement in shown
    assert CLAIMS["theorem1"].statement not in shown
    assert "MNIST" in shown
    assert "CelebA" not in shown
    legend = 1  # of each sign
    assert shown.count(MARKS["partly"]) == 2 + legend
    assert shown.count(MARKS["reproduced"]) == 1 + legend
    assert shown.count(MARKS["not tested"]) == 1 + legend


def test_slides_do_not_change_from_run_to_run(tmp_path, monkeypatch):
    monkeypatch.setattr(slides, "slide_figures", lambda runs, verdicts: {"one": drawn})
    first, second = (
        slides.write_slides(NO_RUNS, {}, tmp_path / name)[0].read_bytes()
        for name in "ab"
    )
    assert first == second
    assert first.startswith(b"<?xml")
    assert b"<dc:date>" not in first


def test_a_slide_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(slides, "slide_figures", lambda runs, verdicts: {"one": drawn})
    monkeypatch.setattr(slides, "LARGEST", 100)
    with pytest.raises(ValueError, match=r"slide one.svg: \d+ bytes"):
        slides.write_slides(NO_RUNS, {}, tmp_path)


def test_commands_of_the_page_parse():
    commands = COMMAND.findall(TEXT)
    assert len(commands) >= 2
    for command in commands:
        check_command(command)


def test_plans_cover_their_minutes_without_gaps():
    for length, end in (("90 minutes", 90), ("20 minutes", 20)):
        table = TEXT.partition(f"## {length}")[2].partition("\n## ")[0]
        spans = re.findall(r"^\| (\d+)–(\d+) \|", table, re.M)
        starts, ends = ([int(x) for x in column] for column in zip(*spans, strict=True))
        assert starts == [0, *ends[:-1]]
        assert ends[-1] == end
