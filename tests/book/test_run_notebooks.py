"""Strict parameters, and the runner of notebooks."""

import json
import os
import time
from pathlib import Path

import nbformat
import pytest
from made_notebooks import notebook

from book import build
from book.layout import ensure_home
from book.page_list import (
    PagesError,
    check_parameters,
    load_pages,
)
from book.run_notebooks import (
    Layout,
    digests_of_sources,
    is_current,
    run_page,
    stamp_of_inputs,
    write_stamp,
)

ROOT = Path(__file__).resolve().parents[2]


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


def test_a_site_with_holes_is_refused_before_anything_runs(project):
    layout = project({"one": notebook(), "two": notebook(), "three": notebook()})
    pages = load_pages(layout.root)
    with pytest.raises(PagesError, match="never built: two, three; build the whole"):
        build.check_only(pages, ["one"], layout, execute_only=False)
    build.check_only(pages, ["one"], layout, execute_only=True)
    build.check_only(pages, [], layout, execute_only=False)
    layout.pages.mkdir(parents=True)
    for name in ("two", "three"):
        (layout.pages / f"{name}.ipynb").touch()
    build.check_only(pages, ["one"], layout, execute_only=False)


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
