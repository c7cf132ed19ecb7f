"""The project as a tarball unpacks it, where and for whom it is least convenient."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from lipgan.support.paths import CHECKOUT

PARTS = ("lipgan", "book", "notebooks", "benchmarks")
FILES = ("_config.yml", "_toc.yml", "requirements.txt", "pyproject.toml")
PAGE = """
import sys
from book import build
build.train_claims = lambda layout: None  # the page trains what it shows
page = "--scale smoke --pages 02_degeneration --execute-only"
sys.exit(build.main(page.split()))
"""


@pytest.fixture
def unpacked(tmp_path):
    """A copy without ``.git``, under a name with a space and a letter beyond ASCII."""
    root = tmp_path / "Büro mit Platz"
    junk = shutil.ignore_patterns("__pycache__", "pages")
    for part in PARTS:
        shutil.copytree(CHECKOUT / part, root / part, ignore=junk)
    for file in FILES:
        shutil.copy(CHECKOUT / file, root / file)
    return root


def run(root, *command):
    """A Python command there, of a user without a home and in the C locale."""
    kept = ("PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    environment = {k: os.environ[k] for k in kept if k in os.environ}
    environment |= {"HOME": "/nonexistent", "LC_ALL": "C", "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, *command],
        **{"cwd": root, "env": environment, "capture_output": True, "text": True},
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_page_and_a_run_are_made_from_a_tarball_without_a_home(unpacked):
    assert "02_degeneration: done" in run(unpacked, "-c", PAGE)
    assert (unpacked / "build" / "smoke" / "pages" / "02_degeneration.ipynb").is_file()
    small = ("--scale", "smoke", "--num-steps", "2", "--store", "läufe")
    run(unpacked, "-m", "lipgan", "train", *small)
    (record,) = (unpacked / "läufe").glob("*.json")
    assert json.loads(record.read_text("utf-8"))["provenance"]["commit"] == "unknown"
