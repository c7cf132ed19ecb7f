"""The rules for notebook sources, and that every page runs."""

import ast
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from made_notebooks import PARAMETERS, code, notebook

from book.page_list import (
    accepted_parameters,
    check_parameters,
    check_toc,
    load_pages,
)
from book.run_notebooks import (
    Layout,
    run_pages,
)

ROOT = Path(__file__).resolve().parents[2]

SOURCES = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_source_follows_the_rules(path):
    assert source_problems(nbformat.read(path, as_version=4), path) == []


def source_problems(made, path):
    problems = []
    cells = [cell for cell in made.cells if cell.cell_type == "code"]
    if any(cell.outputs or cell.execution_count for cell in cells):
        problems.append("has outputs")
    trees = [ast.parse(cell.source) for cell in cells]
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    if any(isinstance(node, kinds) for tree in trees for node in ast.walk(tree)):
        problems.append("defines a function or a class")
    lines = [
        line for cell in cells for line in cell.source.splitlines() if line.strip()
    ]
    if len(lines) > 70:
        problems.append(f"has {len(lines)} lines of code, at most 70 are allowed")
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        return [*problems, f"has {len(tagged)} cells tagged parameters"]
    assigned = set()
    for node in ast.parse(tagged[0].source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        assigned |= {target.id for target in targets}
    if assigned != set(accepted_parameters(path)) or "scale" not in assigned:
        problems.append("papermill does not read all its parameters, or has no scale")
    if made.metadata.get("kernelspec", {}).get("name") != "python3":
        problems.append("its kernel is not python3")
    return problems


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda made: made.cells.append(code("def f():\n    pass")), "defines"),
        (lambda made: made.cells.append(code("x = 1\n" * 71)), "lines of code"),
        (lambda made: made.cells.append(code("", tags=["parameters"])), "2 cells"),
        (
            lambda made: made.cells[1].update(
                source=PARAMETERS + "\nk: float | None = 1.0"
            ),
            "papermill does not read",
        ),
        (lambda made: made.cells[1].update(execution_count=1), "outputs"),
    ],
)
def test_broken_source_rules_are_found(tmp_path, change, found):
    made = notebook()
    path = tmp_path / "one.ipynb"
    nbformat.write(made, path)
    assert source_problems(made, path) == []
    change(made)
    nbformat.write(made, path)
    assert any(found in line for line in source_problems(made, path))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_plain_papermill_meets_the_same_rule(path):
    _, first = [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"][:2]
    statements = [ast.unparse(node) for node in ast.parse(first.source).body]
    check = statements.index("parameters.check(globals())")
    assert not any(line.startswith(("from", "import")) for line in statements[check:])
    assert all(line.startswith(("from", "import")) for line in statements[:check])


def test_values_that_papermill_makes_text_of_are_read(tmp_path):
    made = notebook(
        "from lipgan.support import parameters\nparameters.check(globals())",
        "assert (alpha, steps, seeds) == (10.0, 3, [7])",
    )
    nbformat.write(made, tmp_path / "one.ipynb")
    command = [sys.executable, "-m", "papermill", "one.ipynb", "out.ipynb"]
    kernel = ["--kernel", "python3", "--no-progress-bar"]
    given = ["-y", "{alpha: 1e1, steps: 3.0}", "-p", "seeds", "[7]"]
    subprocess.run([*command, *kernel, *given], cwd=tmp_path, check=True)
    done = subprocess.run(
        [*command, *kernel, "-p", "steps", "few"],
        **{"cwd": tmp_path, "capture_output": True, "text": True},
    )
    line = "parameter steps: got 'few' (str), expected int: a whole number"
    assert done.stderr.rstrip().endswith(line)


def test_pages_and_contents_agree():
    pages = load_pages(ROOT)
    check_toc(ROOT, pages)
    for page in pages:
        small = check_parameters(page, "smoke")
        assert small["scale"] == "smoke"
        assert small.get("seeds", [0]) == [0]  # nothing is published at this scale
    assert {page.notebook for page in pages} == set(SOURCES)


@pytest.fixture(scope="module")
def smoke_work(tmp_path_factory):
    return tmp_path_factory.mktemp("smoke")


@pytest.mark.slow  # `make book SCALE=smoke` runs them as well
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_page_runs_at_smoke(path, smoke_work):
    layout = Layout(ROOT, "smoke", smoke_work / "runs", smoke_work)
    pages = [page for page in load_pages(ROOT) if page.notebook == path]
    assert pages, f"{path.name} has no page in book/pages.yml"
    jobs = [(page, check_parameters(page, "smoke")) for page in pages]
    assert run_pages(jobs, layout) == {}
    for page in pages:
        text = (layout.pages / f"{page.name}.ipynb").read_text("utf-8")
        assert "injected-parameters" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("01_bound", {"losses": ["wgan"]}),
        ("05_fid_against_k", {"with_srn": False}),
    ],
)
def test_page_runs_on_another_data_set(name, more, smoke_work):
    layout = Layout(ROOT, "smoke", smoke_work / "runs", smoke_work / "mnist")
    page = next(page for page in load_pages(ROOT) if page.name == name)
    parameters = check_parameters(page, "smoke") | {"dataset": "mnist"} | more
    assert run_pages([(page, parameters)], layout) == {}
