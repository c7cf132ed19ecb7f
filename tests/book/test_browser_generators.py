"""Trained generators side by side in a real browser, from disk."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from book import figure_data, figure_generators
from lipgan import experiments
from lipgan.runs.evidence import open_records
from lipgan.sweep import load_known

pytest.importorskip("playwright.sync_api", reason="needs playwright")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="needs chromium on PATH"),
]
ROOT = Path(__file__).resolve().parents[2]
PAGE = """<!doctype html><html data-theme="{theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>t</title>
<link rel="stylesheet" href="_static/figures.css">
<script src="_static/lipgan.js"></script></head><body><div style="height: 1500px"></div>
<figure class="interactive-generators"><img alt="static" src="_static/table3.png"
width="300"><figcaption>Text</figcaption></figure></body></html>"""


def generators():
    return load_known(experiments.table3(), open_records(ROOT / "book" / "generators"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A page with the figure far below its top."""
    root = tmp_path_factory.mktemp("generators")
    shutil.copytree(ROOT / "book" / "_static", root / "_static")
    figure_data._write_generators(root / "_static" / "figures", generators())
    for theme in ("light", "dark"):
        (root / f"{theme}.html").write_text(PAGE.format(theme=theme), "utf-8")
    return root


@pytest.fixture
def open_page(new_watched_page, site):
    """Call it for a page with the figure; its requests and errors are kept."""

    def make(root=site, theme="light", **options):
        page = new_watched_page(**options)
        page.goto((root / f"{theme}.html").as_uri())
        if options.get("java_script_enabled", True):
            page.locator("figure.is-live").wait_for()
        return page

    return make


PIXELS = """(canvas) => {
  const { width, height } = canvas, context = canvas.getContext("2d");
  const pixels = [...context.getImageData(0, 0, width, height).data];
  return pixels.some(Boolean) ? pixels : null;
}"""


def pictures(figure):
    """Pixels of both grids, once both are drawn."""
    canvases = figure.locator("canvas").all()
    for canvas in canvases:
        figure.page.wait_for_function(
            f"(x) => ({PIXELS})(x)", arg=canvas.element_handle()
        )
    return [canvas.evaluate(PIXELS) for canvas in canvases]


def seen(page):
    """The figure, with the first pictures of both sides."""
    figure = page.locator("figure")
    figure.scroll_into_view_if_needed()
    pictures(figure)
    return figure


def weights(page):
    return [url for url in page.requested if "/generators/" in url]


def test_generators_are_loaded_when_seen_and_one_by_one(open_page):
    page = open_page(viewport={"width": 800, "height": 300})
    page.wait_for_timeout(200)
    assert weights(page) == []  # the figure is far below
    figure = page.locator("figure")
    figure.scroll_into_view_if_needed()
    assert len(pictures(figure)) == len(weights(page)) == 2
    right = figure.get_by_role("group", name="Right")
    with page.expect_request("**/generators/*.js"):
        right.get_by_label("k", exact=True).select_option("1")
    assert "COS, k = 1 works: FD" in right.get_by_role("status").text_content()
    figure.get_by_role("group", name="Left").get_by_label("Loss").select_option("cos")
    page.wait_for_timeout(200)
    assert len(weights(page)) == 3  # the left cell was there already
    assert page.problems == []


def test_noise_decides_where_a_generator_works(open_page):
    page = open_page()
    figure = seen(page)
    before = pictures(figure)
    figure.get_by_role("button", name="Sample").press("Enter")
    new = pictures(figure)
    figure.get_by_label("Walk between two noise vectors").press("End")
    walked = pictures(figure)
    changes = [
        [np.abs(np.subtract(*pair)).mean() for pair in zip(one, other, strict=True)]
        for one, other in ((before, new), (new, walked))
    ]
    for works, broken in changes:
        assert works > 2 * broken > 0


LATE = """() => { const load = lipgan.load;
  lipgan.load = async (name) => {
    await new Promise((done) => setTimeout(done, 300));
    await load(name);
    lipgan.arrived = name;
  }; }"""


def test_both_sides_get_the_same_noise_and_a_late_file_draws_nothing(open_page):
    page = open_page()
    figure = seen(page)
    page.evaluate(LATE)
    right = figure.get_by_role("group", name="Right")
    right.get_by_label("Loss").select_option("wgan")  # its file is on the way
    right.get_by_label("k", exact=True).select_option("1")  # this one is there already
    same, _ = pictures(figure)
    page.wait_for_function("lipgan.arrived")
    page.wait_for_timeout(100)
    assert pictures(figure) == [same, same]


def test_a_diverged_cell_says_so_and_a_missing_file_too(open_page, site, tmp_path):
    shutil.copytree(site, tmp_path / "site")
    data = figure_generators.generators_data(generators())
    lost = f"generators/{data['cells']['ls 10']['id']}.js"
    (tmp_path / "site/_static/figures" / lost).unlink()
    page = open_page(tmp_path / "site")
    figure = seen(page)
    right = figure.get_by_role("group", name="Right")
    right.get_by_label("Loss").select_option("exp")
    assert "diverged at step 1" in right.get_by_role("status").text_content()
    assert not right.locator("canvas").is_visible()
    right.get_by_label("Loss").select_option("ls")
    right.get_by_text(f"{lost} could not be loaded").wait_for()
    assert not right.locator("canvas").is_visible()
    right.get_by_label("k", exact=True).select_option("1")
    right.get_by_text("LS, k = 1 works").wait_for()
    assert len(pictures(figure)) == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_generators_fit_side_by_side_on_a_phone(open_page, theme):
    page = open_page(theme=theme, viewport={"width": 375, "height": 800})
    figure = seen(page)
    left, right = (one.bounding_box() for one in figure.locator("canvas").all())
    assert left["y"] == right["y"]
    assert min(left["width"], right["width"]) > 140
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.problems == []


def test_a_picture_stands_in_print_and_without_scripts(open_page):
    page = open_page()
    picture = "figure > img"
    assert not page.locator(picture).is_visible()
    page.emulate_media(media="print")
    assert page.locator(picture).is_visible()
    assert not page.locator(".live").is_visible()
    page = open_page(java_script_enabled=False)
    assert page.locator(picture).is_visible()
