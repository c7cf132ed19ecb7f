"""One meaning of `~` for every path, and one line for a path that cannot be used."""

from pathlib import Path

import pytest

from lipgan import data
from lipgan.features import load_extractor
from lipgan.runs import RunStore, default_store
from lipgan.runs.evidence import evidence_store
from lipgan.support.paths import data_root, user_path


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
