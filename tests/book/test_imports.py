"""What notebooks import comes without the libraries that few of them need."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Each costs a third of a second or more, and is loaded by the function that needs it.
HEAVY = (
    *("scipy", "seaborn", "sklearn", "torchvision", "pytorch_fid", "sphinx"),
    *("torch._dynamo", "torch._inductor", "distributed", "papermill"),
)


def imports():
    """All lines of all notebooks that import something, each once."""
    lines = {}
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = (c["source"] for c in cells if c["cell_type"] == "code")
        found = ast.walk(ast.parse("\n".join("".join(lines) for lines in code)))
        chosen = (n for n in found if isinstance(n, ast.Import | ast.ImportFrom))
        lines |= dict.fromkeys(map(ast.unparse, chosen))
    return list(lines)


def loaded_heavy(lines):
    """Which of HEAVY a fresh Python has loaded after these lines."""
    shown = f"import sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    code = "\n".join([*lines, shown])
    return subprocess.check_output([sys.executable, "-c", code], text=True).split()


def test_imports_of_the_notebooks_load_nothing_heavy():
    lines = imports()
    assert any("figures" in line for line in lines)
    assert any("run_or_load" in line for line in lines)
    assert loaded_heavy(lines) == []


@pytest.mark.parametrize("name", ["scipy", "seaborn"])
def test_a_heavy_import_is_found(name):
    assert name in loaded_heavy([f"import {name}"])
