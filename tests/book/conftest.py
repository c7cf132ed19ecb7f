"""One browser for the tests of a file, and a page with all interactive figures."""

import shutil
from pathlib import Path

import pytest
import site_survey

from book import figure_data, figure_plane, figure_table3
from lipgan import experiments
from lipgan.runs.evidence import open_records
from lipgan.sweep import load_known

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("loss with-taylor", "bound", "table3", "toy", "plane")
ALL_LIVE = f"document.querySelectorAll('figure.is-live').length == {len(KINDS)}"
PAGE = """<!doctype html><html data-theme="{theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>t</title>
<link rel="stylesheet" href="_static/figures.css">
<script src="_static/lipgan.js"></script></head><body>{figures}</body></html>"""
FIGURE = (
    '<figure class="interactive-{}"><img alt="static" src="_static/table3.png"'
    ' width="300"><figcaption>Text</figcaption></figure>'
)


@pytest.fixture(scope="module")
def browser():
    pytest.importorskip("playwright", reason="needs playwright")
    with site_survey.chromium() as chromium:
        yield chromium


@pytest.fixture
def open_page(browser):
    """Call it for a page of the built site; its problems are in the second value."""
    pages = []

    def make(name, query="", **options):
        page = browser.new_page(viewport=site_survey.DESKTOP, **options)
        pages.append(page)
        found = site_survey.listen(page)
        site_survey.open_page(page, (site_survey.find_site() / name).as_uri() + query)
        return page, found

    yield make
    for page in pages:
        page.close()


@pytest.fixture(scope="module")
def figures_site(tmp_path_factory):
    """A page with all figures on the published records of one seed."""
    root = tmp_path_factory.mktemp("figures")
    static = ROOT / "book" / "_static"
    shutil.copytree(static, root / "_static")
    evidence = open_records(ROOT / "book" / "data")
    runs = load_known(experiments.table3(), evidence)
    scripts = root / "_static" / "figures"
    mnist = load_known(experiments.table3(dataset="mnist", seeds=[1]), evidence)
    found = figure_data.domains_data(runs, [])
    found["others"] = [figure_data.measured_domains(mnist)]
    figure_data._write_script(scripts, "domains", found)
    table3 = figure_table3.table3_data(evidence)
    figure_data._write_script(scripts, "table3", table3)
    plane = figure_plane.plane_data(load_known(experiments.plane(), evidence))
    figure_data._write_script(scripts, "plane", plane)
    figures = "".join(FIGURE.format(kind) for kind in KINDS)
    for theme in ("light", "dark"):
        text = PAGE.format(theme=theme, figures=figures)
        (root / f"{theme}.html").write_text(text, "utf-8")
    return root


@pytest.fixture
def new_watched_page(browser):
    """Call it for an empty page, alone in its context; requests and errors are kept."""
    contexts = []

    def make(**options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.requested, page.problems = [], []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_figures(new_watched_page, figures_site):
    """Call it for a page with all figures; the console's errors are kept as well."""

    def make(theme="light", **options):
        page = new_watched_page(**options)
        page.on(
            "console",
            lambda m: page.problems.append(m.text) if m.type == "error" else None,
        )
        page.goto((figures_site / f"{theme}.html").as_uri())
        if options.get("java_script_enabled", True):
            page.wait_for_function(ALL_LIVE)
        return page

    return make


@pytest.fixture(scope="module")
def mathematics(browser, figures_site):
    """A page that keeps the scripts of all figures, for evaluations."""
    page = browser.new_page()
    page.goto((figures_site / "light.html").as_uri())
    page.wait_for_function(ALL_LIVE)
    return page
