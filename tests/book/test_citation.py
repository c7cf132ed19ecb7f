"""The citation file has what its format demands, and says what the package says."""

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = {"cff-version", "message", "title", "authors"}  # of format 1.2.0


def test_citation_is_complete_and_agrees_with_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert citation.keys() >= REQUIRED
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"] == "MIT"
    for work in (citation, *citation["references"]):
        assert work["title"]
        for author in work["authors"]:
            assert author.keys() == {"name"} or {"family-names", "given-names"} <= (
                author.keys()
            )
    assert citation["references"][0]["year"] == 2020


def test_both_licenses_are_there_and_named_on_every_page():
    assert "MIT License" in (ROOT / "LICENSE").read_text("utf-8")
    assert "CC BY 4.0" in (ROOT / "LICENSE-text").read_text("utf-8")
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    for name in ("CC BY 4.0", "MIT"):
        assert name in config["html"]["extra_footer"]
