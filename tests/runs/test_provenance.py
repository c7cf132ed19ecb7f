"""A result names the commit of this package, never that of a repository around it."""

import shutil
import subprocess
from pathlib import Path

import pytest

import lipgan
from lipgan.runs import provenance

GIT = ["git", "-c", "user.name=me", "-c", "user.email=me@here"]


def repository(path):
    path.mkdir(parents=True, exist_ok=True)
    commit = ["commit", "-q", "--allow-empty", "-m", "x"]
    for command in (["init", "-q"], ["add", "."], commit):
        subprocess.run([*GIT, *command], cwd=path, check=True)
    return path


@pytest.fixture
def package_at(monkeypatch):
    monkeypatch.delenv("LIPGAN_COMMIT", raising=False)

    def put(folder):
        package = folder / "lipgan"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        monkeypatch.setattr(lipgan, "__file__", str(package / "__init__.py"))
        return folder

    return put


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_only_the_repository_of_the_package_is_named(tmp_path, package_at, monkeypatch):
    repository(package_at(tmp_path / "own"))
    own = provenance._commit()
    assert len(own.removesuffix("-dirty")) >= 7
    monkeypatch.setenv("GIT_DIR", str(repository(tmp_path / "other") / ".git"))
    assert provenance._commit() == own
    for place in ("other/site-packages", "other"):  # copied there, not committed
        package_at(tmp_path / place)
        assert provenance._commit() == "unknown"
    monkeypatch.setenv("LIPGAN_COMMIT", "v1.2")
    assert provenance._commit() == "v1.2"


def test_the_package_here_is_at_the_root():
    assert Path(provenance.__file__).is_relative_to(Path(lipgan.__file__).parent)
