"""The site: it builds with warnings as errors, works offline, and is described."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from book.layout import BuildError, Layout, alone
from book.make_site import make_site
from book.page_list import GENERATED_PAGES, PagesError, check_toc, load_pages, toc_files
from book.site_checks import page_problems, site_problems

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
BUILT = [path.parent for path in sorted((ROOT / "build").glob("*/html/index.html"))]
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


def test_contents_list_every_page_and_nothing_else():
    files = toc_files(ROOT)
    check_toc(ROOT, load_pages(ROOT))
    assert files[0] == "book/index"
    assert len(files) == len(set(files))
    texts = {f"book/{path.stem}" for path in (ROOT / "book").glob("*.md")}
    assert texts <= set(files)
    assert {f"book/pages/{name}" for name in GENERATED_PAGES} <= set(files)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "expected a list of pages"),
        ("- {page: one}", "expected keys"),
        ("- {page: a b, notebook: x, parameters: {}}", "letters, digits and _"),
        ("- {page: no, notebook: notebooks/no.ipynb, parameters: {}}", "page False"),
        ("- {page: two, notebook: notebooks/two.ipynb, parameters: {}}", "is missing"),
        (
            "- {page: one, notebook: notebooks/one.ipynb, parameters: 3}",
            "not a mapping",
        ),
        ("- {page: claims, notebook: notebooks/one.ipynb, parameters: {}}", "reserved"),
        ("{", "not valid YAML"),
    ],
)
def test_wrong_page_lists_are_refused(tmp_path, text, message):
    (tmp_path / "book").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "one.ipynb").touch()
    (tmp_path / "book" / "pages.yml").write_text(text)
    with pytest.raises(PagesError, match=message):
        load_pages(tmp_path)


def test_config_leaves_execution_to_the_build():
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    assert config["execute"]["execute_notebooks"] == "off"
    assert config["only_build_toc_files"] is True


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<script src="https://cdn.example/x.js"></script>', "loads https://cdn"),
        ('<script src="//cdn.example/x.js"></script>', "loads //cdn"),
        ('<link rel="stylesheet" href="http://x/y.css">', "loads http://x"),
        ('<link rel="preload stylesheet" href="http://x/y.css">', "loads http://x"),
        ('<img src="https://x/y.png" alt="A cat.">', "loads https://x"),
        ('<iframe src="HTTPS://x/"></iframe>', "loads HTTPS://x"),
        ("<style>@import 'https://x/y.css';</style>", "<style> loads"),
        ('<p style="background: url(//x/y.png)">', "style that loads"),
        ('<img src="a.png">', "no alt text"),
        ('<img src="a.png" alt=" ">', "no alt text"),
        ('<img src="a.png" alt="../_images/701bffdb14cc28d6.png">', "a path as alt"),
        ('<img src="a.png" alt="figure.PNG">', "a path as alt"),
    ],
)
def test_page_problems_are_found(html, found):
    problems = page_problems(f"<html><body>{html}</body></html>")
    assert len(problems) == 1
    assert found in problems[0]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://arxiv.org/abs/1811.09567">paper</a>',
        '<script src="../_static/x.js"></script><script>var a = "https://x";</script>',
        '<link rel="stylesheet" href="_static/x.css"><link rel="next" href="https://x">',
        '<img src="data:image/png;base64,AA" alt="FD against k, one line per loss.">',
    ],
)
def test_good_pages_pass(html):
    assert page_problems(html) == []


def test_site_problems_name_missing_pages_and_remote_styles(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "index.html").write_text('<img src="x.png">')
    (tmp_path / "_static" / "a.css").write_text("a { background: url(https://x/y) }")
    assert site_problems(tmp_path, ["book/index"]) == [
        "book/index.html: this page was not built",
        "index.html: image x.png has no alt text",
        "_static/a.css: loads from the network",
    ]


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("two.html#here", None),
        ("#top", None),
        ("sub/three.html", None),
        ("https://arxiv.org/abs/1811.09567", None),
        ("mailto:dev@lipgan.invalid", None),
        ("two.html#gone", "no such anchor"),
        ("#gone", "no such anchor"),
        ("four.html", "no such file"),
    ],
)
def test_links_resolve(tmp_path, link, found):
    (tmp_path / "sub").mkdir()
    (tmp_path / "one.html").write_text(f'<p id="top"><a href="{link}">x</a></p>')
    (tmp_path / "two.html").write_text('<h2 id="here">Here</h2>')
    (tmp_path / "sub" / "three.html").write_text('<a href="../two.html#here">x</a>')
    problems = site_problems(tmp_path, [])
    assert problems[0] == "index.html: this page was not built"
    assert problems[1:] == (
        [f"one.html: link to {link}: there is {found}"] if found else []
    )


# A small book, built with the project's own configuration


def toy_book(root, text, alt):
    """Writes a project with one executed page, as the runner would leave it."""
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    shutil.copy(ROOT / "_config.yml", root / "_config.yml")
    for name in ("drop_thebe.py", "references.bib"):
        shutil.copy(ROOT / "book" / name, root / "book" / name)
    (root / "book" / "index.md").write_text("# Toy\n\n{cite:p}`qin2020lipschitz`\n")
    (root / "book" / "references.md").write_text("# Works\n\n```{bibliography}\n```\n")
    files = [
        "book/pages/claims",
        "book/pages/report",
        "book/pages/one",
        "book/references",
    ]
    chapters = [{"file": name} for name in files]
    toc = {"format": "jb-book", "root": "book/index", "chapters": chapters}
    (root / "_toc.yml").write_text(json.dumps(toc))
    entry = {"page": "one", "notebook": "one.ipynb", "parameters": {}}
    (root / "book" / "pages.yml").write_text(json.dumps([entry]))
    image = new_output("display_data", {"image/png": PIXEL, "text/plain": "figure"})
    metadata = {"mystnb": {"image": {"alt": alt}}} if alt else {}
    figure = new_code_cell("1", outputs=[image], execution_count=1, metadata=metadata)
    page = new_notebook(cells=[new_markdown_cell(f"# One\n\n{text}"), figure])
    page.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    nbformat.write(page, root / "one.ipynb")
    layout = Layout(root, "smoke", root / "runs", root / "build" / "smoke")
    layout.pages.mkdir(parents=True)
    nbformat.write(page, layout.pages / "one.ipynb")
    for name in GENERATED_PAGES:
        (layout.pages / f"{name}.md").write_text(f"# {name}\n")
    return layout


@pytest.fixture(scope="module")
def toy_site(tmp_path_factory):
    root = tmp_path_factory.mktemp("toy")
    layout = toy_book(root, "The bound is $k\\sqrt{12mn}$.", alt="One pixel.")
    return make_site(layout).parent


def test_small_book_builds_and_is_complete(toy_site):
    page = (toy_site / "book" / "pages" / "one.html").read_text("utf-8")
    assert 'alt="One pixel."' in page
    assert "lipgan.css" in page
    assert "unpkg" not in page
    assert "Run this page with other parameters" in page
    assert 'href="../../_sources/book/pages/one.ipynb"' in page  # the download button
    assert (toy_site / "_sources" / "book" / "pages" / "one.ipynb").is_file()
    assert (toy_site / "_static" / "mathjax" / "startup.js").is_file()


@pytest.mark.parametrize(
    ("text", "alt", "message"),
    [
        ("See {ref}`nowhere`.", "One pixel.", "undefined label: 'nowhere'"),
        ("Fine.", None, "as alt text|no alt text"),
    ],
)
def test_bad_page_is_not_published(tmp_path, text, alt, message):
    layout = toy_book(tmp_path, text, alt)
    with pytest.raises(BuildError, match=message):
        make_site(layout)
    assert not (layout.work / "html").exists()


def test_page_that_was_not_run_is_named(tmp_path):
    layout = toy_book(tmp_path, "Fine.", "One pixel.")
    (layout.pages / "one.ipynb").unlink()
    with pytest.raises(BuildError, match="page one has not been run"):
        make_site(layout)


@pytest.mark.skipif(not CHROMIUM, reason="needs chromium on PATH")
def test_formulas_are_drawn_without_network(toy_site, tmp_path):
    page = toy_site / "book" / "pages" / "one.html"
    assert drawn_formulas(page, tmp_path / "a") == 1
    (toy_site / "_static" / "mathjax" / "startup.js").rename(tmp_path / "x.js")
    assert drawn_formulas(page, tmp_path / "b") == 0


def drawn_formulas(page, profile):
    """Opens a page from disk in a browser that can reach nothing; counts formulas."""
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += ["--disable-background-networking", "--virtual-time-budget=10000"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}"]
    done = subprocess.run(
        [*command, page.as_uri()], capture_output=True, timeout=120, check=True
    )
    return done.stdout.decode().count("<mjx-container")


@pytest.mark.skipif(not BUILT, reason="no book built yet: make book")
@pytest.mark.parametrize("site", BUILT, ids=lambda path: path.parent.name)
def test_built_book_passes_all_checks(site):
    assert site_problems(site, toc_files(ROOT)) == []


def test_two_builds_at_once_are_refused_in_one_line(tmp_path):
    work = tmp_path / "smoke"
    with (
        alone(work),
        pytest.raises(
            BuildError, match=rf"another build is at work in .*{os.getpid()}"
        ),
        alone(work),
    ):
        pass
    with alone(work), alone(tmp_path / "embedded"):  # another scale
        pass
