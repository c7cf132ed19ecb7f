"""One meaning of `~` for every path, and one line for a path that cannot be used."""

import json
from pathlib import Path

import pytest

from lipgan import data
from lipgan.features import load_extractor
from lipgan.runs import RunStore, default_store
from lipgan.runs.evidence import evidence_store
from lipgan.support.paths import CHECKOUT, data_root, in_project, user_path


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_every_place_understands_a_home_folder(home, monkeypatch):
    assert RunStore("~/x").path == home / "x"
    for name in ("LIPGAN_STORE", "LIPGAN_EVIDENCE", "LIPGAN_DATA"):
        monkeypatch.setenv(name, "~/y")
    assert default_store() == evidence_store().path == data_root() == home / "y"
    assert data_root("~/z") == home / "z"
    for refuse in (
        lambda: data.load("folder:~/none"),
        lambda: data.load("cifar10_jpeg", root="~/none"),
        lambda: load_extractor("inception", weights="~/none"),
    ):
        with pytest.raises(FileNotFoundError, match=str(home / "none")):
            refuse()


def test_an_unknown_user_is_one_line():
    with pytest.raises(ValueError, match="store: '~no_such_user/x': no home folder is"):
        RunStore("~no_such_user/x")
    with pytest.raises(ValueError, match="dataset: '~no_such_user/x'"):
        data.load("folder:~no_such_user/x")
    with pytest.raises(ValueError, match="data: '~no_such_user'"):
        user_path("~no_such_user", "data")


def test_a_name_that_is_too_long_is_one_line(tmp_path):
    with pytest.raises(
        ValueError, match="store: .* cannot be used: File name too long"
    ):
        RunStore(tmp_path / ("x" * 300))


def test_a_folder_that_may_not_be_read_is_one_line(tmp_path, monkeypatch):
    def refuse(self, **_):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(ValueError, match="store: .* cannot be used: Permission denied"):
        RunStore(tmp_path / "secret" / "store")
    with pytest.raises(ValueError, match="dataset: .* cannot be used: Permission"):
        data.load(f"folder:{tmp_path}")
    for name in ("mnist", "cifar10", "cifar10_jpeg"):
        with pytest.raises(ValueError, match="data: .* cannot be used: Permission"):
            data.load(name, root=tmp_path)


def test_files_of_the_project_are_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.delenv("LIPGAN_EVIDENCE", raising=False)
    growth = Path("benchmarks", "growth.json")
    for place in (tmp_path, CHECKOUT / "notebooks"):
        monkeypatch.chdir(place)
        assert (
            in_project(growth, "growth_file").read_bytes()
            == (CHECKOUT / growth).read_bytes()
        )
        assert evidence_store().path == CHECKOUT / "book" / "data"
    assert in_project("mine.json", "growth_file") == Path("mine.json")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / growth).write_text("{}")  # the reader's own comes first
    assert in_project(growth, "growth_file") == tmp_path / growth
    whole = CHECKOUT / growth
    assert in_project(whole, "growth_file") == whole


def test_the_page_on_costs_reads_its_file_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    notebook = json.loads((CHECKOUT / "notebooks" / "costs.ipynb").read_text())
    cells = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    given, first = ("".join(cell["source"]) for cell in cells[:2])
    names: dict = {"__annotations__": {}}
    exec(given + "\n" + first.partition("runs = ")[0], names)
    assert names["measured"]["machine"]
