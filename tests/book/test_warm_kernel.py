"""Forked kernels: ready at once, alone, and for the page like any other."""

import json
import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from book import run_notebooks, warm_kernel
from book.layout import Layout
from book.page_list import Page

pytestmark = pytest.mark.skipif(
    not warm_kernel.can_fork(), reason="kernels are forked on Linux only"
)
SHOWN = (
    "import os, sys\nfrom hashlib import sha256\n"
    "places = os.getcwd(), __name__, sys.path, os.environ['LIPGAN_STORE']\n"
    "print(sha256(repr(places).encode()).hexdigest())",
    # Each of these looks for the kernel around it: the table while pandas is imported.
    "import pandas as pd\npd.DataFrame([['a' * 9] * 19])",
    "from lipgan.claims import draw",
    "draw.panels(1, 1, 1.0)[0]",
    "from myst_nb import glue\nglue('a number', 1, display=False)",
)


@pytest.fixture
def outputs(tmp_path, monkeypatch):
    """Runs cells as a page; returns the outputs of each, or the problems."""
    monkeypatch.delenv("MPLBACKEND", raising=False)

    def run(*sources, name="page"):
        made = new_notebook(cells=[new_code_cell(source) for source in sources])
        source = tmp_path / f"{name}.ipynb"
        nbformat.write(made, source)
        store, work = tmp_path / "runs", tmp_path / "build"
        layout = Layout(tmp_path, "smoke", store, work)
        problems = run_notebooks.run_pages([(Page(name, source, {}), {})], layout)
        if problems:
            return problems[name]
        text = (layout.pages / f"{name}.ipynb").read_text("utf-8")
        return [cell["outputs"] for cell in json.loads(text)["cells"]]

    return run


@pytest.fixture
def printed(outputs):
    return lambda *sources: "".join(outputs(*sources)[-1][0]["text"])


@pytest.mark.slow
def test_a_page_comes_out_as_from_an_ordinary_kernel(outputs, monkeypatch):
    forked = outputs(*SHOWN)
    monkeypatch.setattr(run_notebooks, "can_fork", lambda: False)
    assert forked == outputs(*SHOWN)
    assert "svg" in json.dumps(forked[3])


@pytest.mark.slow
def test_a_forked_kernel_has_everything_loaded(printed, monkeypatch):
    loaded = "import sys\nprint('torch' in sys.modules, 'pandas' in sys.modules)"
    assert printed(loaded) == "True True\n"
    monkeypatch.setattr(run_notebooks, "can_fork", lambda: False)
    assert printed(loaded) == "False False\n"


def test_what_is_forked_has_one_thread_and_computes_nothing(printed):
    threads = "import os\nprint(len(os.listdir(f'/proc/{os.getppid()}/task')))"
    assert printed(threads) == "1\n"


def test_pages_share_no_variables(printed):
    mark = "import lipgan\nprint(hasattr(lipgan, 'mark'))\nlipgan.mark = 1"
    assert printed(mark) == printed(mark) == "False\n"


def test_a_kernel_that_dies_is_a_problem_of_its_page(outputs):
    assert "DeadKernelError" in outputs("import os; os._exit(3)")[0]
    assert outputs("print(1)")[0][0]["text"] == ["1\n"]


def note(path):
    path.write_text(str(os.getpid()))


def fail(path):
    raise ValueError(f"{path.name} is not sound")


@pytest.mark.parametrize("forks", [True, False])
def test_a_call_beside_others_is_done_or_says_why_not(tmp_path, monkeypatch, forks):
    monkeypatch.setattr(warm_kernel, "can_fork", lambda: forks)
    path = tmp_path / "record"
    with warm_kernel.beside(note, path):
        assert forks or not path.exists()
    assert (path.read_text() != str(os.getpid())) == forks
    body = []
    with (
        pytest.raises(ValueError, match="record is not sound"),
        warm_kernel.beside(fail, path),
    ):
        body.append("was run")
    assert body


def test_a_call_whose_process_dies_is_named():
    with (
        pytest.raises(ChildProcessError, match="_exit: its process died"),
        warm_kernel.beside(os._exit, 1),
    ):
        pass
