"""Words in drawn figures are large enough as a browser shows them."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import site_survey
from site_survey import DESKTOP, PHONE, find_site, missing, page_names

from lipgan.claims import draw

SITE = find_site()
# Figures are found where a site is built; how they are shown is tested without one.
PAGES = [n for n in page_names(SITE) if n.startswith("book/pages/")]
LEAST = 9.0  # pixels
TEXT = re.compile(r"font(?:-size)?:\s*([\d.]+)px")
SHOWN = """() => [...document.querySelectorAll('article figure img[src$=".svg"]')]
  .filter((x) => x.checkVisibility())
  .map((x) => [x.src, x.getBoundingClientRect().width])"""
FIGURE = (
    '<figure><img alt="Drawn" src="drawn.svg"><figcaption>Text</figcaption></figure>'
)
PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="figures.css">
<style>body, figure {{ margin: 0 }} img {{ max-width: 100% }}</style></head><body>
<article class="bd-article"><section>{FIGURE}<section>{FIGURE}</section></section>
</article></body></html>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not site_survey.CHROMIUM, reason="needs chromium on PATH"),
]


def smallest_texts(browser, path, window):
    """File and size in pixels of the smallest text of each drawn figure on a page."""
    page = browser.new_page(viewport=window)
    page.goto(path.as_uri())
    page.wait_for_function("[...document.images].every((x) => x.complete)")
    found = []
    for source, width in page.evaluate(SHOWN):
        svg = Path(unquote(urlsplit(source).path)).read_text("utf-8")
        drawn = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
        sizes = [float(size) for size in TEXT.findall(svg)]
        found.append((Path(source).name, min(sizes) * width / drawn))
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide <= window["width"]
    return found


@pytest.fixture
def drawn_page(tmp_path):
    """A page with one figure that opens it and one further down, as wide as can be."""
    figure, ((ax,),) = draw.panels(1, 1, 2)
    ax.set(xlabel="words", xscale="log", xlim=(1e-9, 1))
    draw.finish(figure).savefig(tmp_path / "drawn.svg")
    css = Path(site_survey.ROOT / "book" / "_static" / "figures.css").read_text("utf-8")
    (tmp_path / "figures.css").write_text(css, "utf-8")
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    return tmp_path / "page.html"


@pytest.mark.parametrize(
    ("window", "sizes"), [(DESKTOP, [15, 12]), (PHONE, [LEAST, LEAST])]
)
def test_text_keeps_its_size_in_every_window(browser, drawn_page, window, sizes):
    found = [size for _, size in smallest_texts(browser, drawn_page, window)]
    assert found == pytest.approx(sizes, abs=0.05)


def test_a_small_text_would_be_noticed(browser, drawn_page):
    svg = drawn_page.parent / "drawn.svg"
    svg.write_text(svg.read_text("utf-8").replace("font-size: 9px", "font-size: 6px"))
    assert min(smallest_texts(browser, drawn_page, PHONE))[1] < LEAST


@pytest.mark.slow
@pytest.mark.skipif(missing() is not None, reason=str(missing()))
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_no_word_of_a_figure_is_too_small(browser, name, window):
    found = smallest_texts(browser, SITE / name, window)
    assert [each for each in found if each[1] < LEAST - 0.05] == []
