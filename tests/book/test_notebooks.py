"""The rules for notebook sources, strict parameters, and the runner."""

import ast
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book import build
from book.layout import ensure_home
from book.page_list import (
    PagesError,
    accepted_parameters,
    check_parameters,
    check_toc,
    load_pages,
)
from book.run_notebooks import (
    Layout,
    digests_of_sources,
    is_current,
    run_page,
    run_pages,
    stamp_of_inputs,
    write_stamp,
)

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "notebooks").glob("*.ipynb"))
PARAMETERS = (
    "scale: str = 'embedded'\nalpha: float = 1.0\nsteps: int = 5\nseeds: list = [0]"
)


def code(source, **metadata):
    return new_code_cell(source, metadata=metadata)


def notebook(*sources):
    """A source notebook: a parameters cell and the given code cells."""
    cells = [new_markdown_cell("# A page"), code(PARAMETERS, tags=["parameters"])]
    made = new_notebook(cells=[*cells, *(code(source) for source in sources)])
    made.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return made


@pytest.fixture
def project(tmp_path):
    """A throw-away project; call it with notebooks and parameters by page name."""

    def make(notebooks, parameters=None):
        (tmp_path / "notebooks").mkdir()
        (tmp_path / "book" / "pages").mkdir(parents=True)
        entries, files = [], ["book/pages/claims", "book/pages/report"]
        for name, made in notebooks.items():
            nbformat.write(made, tmp_path / "notebooks" / f"{name}.ipynb")
            values = (parameters or {}).get(name, "{}")
            source = f"notebooks/{name}.ipynb"
            entries.append(
                f"- {{page: {name}, notebook: {source}, parameters: {values}}}"
            )
            files.append(f"book/pages/{name}")
        (tmp_path / "book" / "pages.yml").write_text("\n".join(entries))
        (tmp_path / "book" / "index.md").write_text("# Book\n")
        chapters = [{"file": name} for name in files]
        toc = {"format": "jb-book", "root": "book/index", "chapters": chapters}
        (tmp_path / "_toc.yml").write_text(json.dumps(toc))
        return layout_of(tmp_path)

    return make


def layout_of(root):
    return Layout(root, "smoke", root / "runs", root / "build" / "smoke")


@pytest.fixture
def no_kernel(monkeypatch):
    """Fails the test when a notebook is about to be executed."""

    def refuse(*args, **kwargs):
        raise AssertionError("a kernel was about to start")

    monkeypatch.setattr("papermill.execute_notebook", refuse)
    monkeypatch.setattr("jupyter_client.manager.KernelManager.start_kernel", refuse)


# Rules for the sources


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


# Strict parameters


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            "{alhpa: 1.0}",
            r"one.ipynb: unknown parameter 'alhpa'; accepted: scale, alpha",
        ),
        ("{alpha: 'x'}", r"parameter alpha: got 'x' \(str\), expected float"),
        ("{alpha: [1.0]}", r"parameter alpha: got \[1.0\] \(list\), expected float"),
        ("{alpha: true}", r"parameter alpha: got True \(bool\), expected float"),
        ("{steps: 2.5}", r"parameter steps: got 2.5 \(float\), expected int"),
        ("{seeds: {}}", r"parameter seeds: got {} \(dict\), expected list"),
        ("{seeds: ['x']}", r"parameter seeds: got 'x' \(str\), expected int"),
    ],
)
def test_wrong_parameters_are_refused_before_a_kernel(
    project, no_kernel, values, message
):
    layout = project({"one": notebook()}, {"one": values})
    start = time.perf_counter()
    with pytest.raises(PagesError, match=message):
        build.make_pages(layout)
    assert time.perf_counter() - start < 2


def test_numbers_in_scientific_notation_are_numbers(project, no_kernel):
    layout = project({"one": notebook()}, {"one": "{alpha: 1e-11, steps: 1e5}"})
    values = check_parameters(load_pages(layout.root)[0], "smoke")
    assert values == {"alpha": 1e-11, "steps": 100_000, "scale": "smoke", "seeds": [0]}
    assert isinstance(values["steps"], int)


def test_scale_of_a_page_holds_in_the_default_build_only(project, no_kernel):
    layout = project({"one": notebook()}, {"one": "{scale: paper}"})
    page = load_pages(layout.root)[0]
    assert check_parameters(page, "embedded")["scale"] == "paper"
    assert check_parameters(page, "smoke")["scale"] == "smoke"


def test_contents_without_the_page_are_refused(project, no_kernel):
    layout = project({"one": notebook()})
    toc = layout.root / "_toc.yml"
    toc.write_text(toc.read_text().replace("book/pages/one", "book/pages/two"))
    with pytest.raises(PagesError, match="page book/pages/one of pages.yml is missing"):
        build.make_pages(layout)


# The runner


@pytest.mark.slow
def test_failures_are_listed_and_the_rest_runs(project, monkeypatch, capsys):
    layout = project(
        {
            "bad": notebook("1 / 0", "print('never')"),
            "good": notebook(
                "import os\nprint(scale, bool(os.environ['LIPGAN_STORE']))"
            ),
        }
    )
    monkeypatch.setattr(build, "ROOT", layout.root)
    assert build.main(["--scale", "smoke"]) == 1
    shown = capsys.readouterr()
    assert "1 of 2 pages failed" in shown.err
    assert "bad: cell 3: ZeroDivisionError: division by zero" in shown.err
    assert "bad: not executed to the end: cell 3, 4" in shown.err
    assert "good" not in shown.err
    assert not (layout.pages / "bad.ipynb").exists()
    assert (layout.failed / "bad.ipynb").exists()
    text = (layout.pages / "good.ipynb").read_text("utf-8")
    assert "smoke True" in text
    assert str(layout.root) not in text
    assert not (layout.work / "html").exists()


def test_what_keeps_a_kernel_from_starting_is_said(project, monkeypatch):
    layout = project({"one": notebook("print(1)")})

    def executed(source, draft, **_):
        nbformat.write(nbformat.read(source, 4), draft)
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("papermill.execute_notebook", executed)
    page = load_pages(layout.root)[0]
    first, second = run_page(page, {"scale": "smoke"}, layout)
    assert first == "RuntimeError: Could not determine home directory."
    assert second.startswith("not executed to the end")


@pytest.mark.parametrize("home", [None, "/nonexistent"])
def test_a_build_has_a_home(home, tmp_path, monkeypatch):
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)  # no such user
    monkeypatch.setenv("HOME", str(tmp_path))
    ensure_home(tmp_path / "work")
    assert os.environ["HOME"] == str(tmp_path)
    monkeypatch.delenv("HOME")
    if home is not None:
        monkeypatch.setenv("HOME", home)
    ensure_home(tmp_path / "work")
    assert Path.home() == tmp_path / "work" / "home"
    assert Path.home().is_dir()


@pytest.mark.slow
def test_wrong_calls_exit_with_two(project, monkeypatch, capsys, no_kernel):
    layout = project({"one": notebook()})
    monkeypatch.setattr(build, "ROOT", layout.root)
    assert build.main(["--scale", "tiny"]) == 2
    assert "--scale: got 'tiny'; accepted: " in capsys.readouterr().err
    assert build.main(["--scale", "smoke", "--pages", "two"]) == 2
    assert "unknown page 'two'; accepted: ['one']" in capsys.readouterr().err


def current(page, values, layout):
    """Whether a page is, by what it would be made from now."""
    sources = digests_of_sources(page, layout.root)
    return is_current(page, values, layout, stamp_of_inputs(layout), sources)


@pytest.mark.parametrize(
    "change",
    [
        "notebooks/one.ipynb",
        "lipgan/gan/losses.py",
        "runs/record.json",
        "book/data/record.json",
        "requirements.txt",
        "build/smoke/pages/one.ipynb",
    ],
)
def test_a_page_is_reused_until_something_changes(project, change):
    layout = project({"one": notebook()})
    changed = layout.root / change
    for path in (changed, layout.pages / "one.ipynb"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    page, values = load_pages(layout.root)[0], {"scale": "smoke"}
    assert not current(page, values, layout)
    made_from = digests_of_sources(page, layout.root)
    write_stamp(page, values, layout, stamp_of_inputs(layout), made_from)
    assert current(page, values, layout)
    write_stamp(page, values, layout, stamp_of_inputs(layout), {"notebook": "edited"})
    assert not current(page, values, layout)  # edited since
    write_stamp(page, values, layout, stamp_of_inputs(layout), made_from)
    assert not current(page, {"scale": "paper"}, layout)
    changed.write_text(changed.read_text() + " ")
    assert not current(page, values, layout)


@pytest.mark.parametrize(
    ("changed", "outdated"),
    [
        ("lipgan/claims/own/figures.py", True),
        ("lipgan/claims/own/criteria.py", True),
        ("lipgan/claims/other/criteria.py", True),  # claims are judged together
        ("lipgan/claims/other/figures.py", False),
        ("lipgan/claims/other/tables.py", False),
        ("lipgan/claims/draw.py", True),
        ("lipgan/cli/parser.py", False),
    ],
)
def test_a_page_depends_on_the_code_that_it_runs(project, changed, outdated):
    layout = project({"one": notebook("from lipgan.claims.own import figures")})
    path = layout.root / changed
    path.parent.mkdir(parents=True)
    path.write_text("")
    page = load_pages(layout.root)[0]
    before = digests_of_sources(page, layout.root)
    path.write_text("x = 1")
    assert (digests_of_sources(page, layout.root) != before) == outdated
