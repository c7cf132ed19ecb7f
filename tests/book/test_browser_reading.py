"""What a reader does with pages of the built book: figures, print, dark mode."""

import numpy as np
import pytest
import torch
from site_survey import THEMES, find_site, missing, page_names

from lipgan import metrics
from lipgan.claims import domains
from lipgan.gan.losses import LOSSES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]
INK = """() => {
  const ground = getComputedStyle(document.body).backgroundColor;
  return [...document.querySelectorAll(".live svg :is(text, .omega, .curve, .axis)")]
    .map((x) => { const s = getComputedStyle(x), text = x.tagName === "text";
      return [x.getAttribute("class") || x.tagName, text, text ? s.fill : s.stroke,
              ground]; });
}"""


@pytest.mark.parametrize("theme", THEMES)
def test_ink_of_the_interactive_figures_stands_out(open_page, theme):
    page, _ = open_page("book/explore.html", color_scheme=theme)
    inks = page.evaluate(INK)
    assert len(inks) > 20
    for name, text, ink, ground in inks:
        assert ratio(ink, ground) >= (4.5 if text else 3.0), (name, ink, ground)


def ratio(one, other):
    """Contrast of two colors as `getComputedStyle` writes them."""

    def luminance(color):
        inside = color[color.index("(") + 1 : color.index(")")].replace(",", " ")
        rgb = np.array([float(x) for x in inside.split()[:3]]) / 255
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722] + 0.05

    dark, light = sorted([luminance(one), luminance(other)])
    return light / dark


FOLDED = """() => [...document.querySelectorAll("main details, main .toggle-hidden")]
  .filter((x) => x.tagName === "DETAILS" ? !x.open : x.offsetHeight === 0).length"""


def test_paper_shows_the_article_alone_unfolded_and_dark_on_white(open_page):
    name = next(n for n in page_names(find_site()) if "pages/01" in n)
    page, _ = open_page(name, color_scheme="dark")
    assert page.evaluate(FOLDED) > 0
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(FOLDED) == 0
    for hidden in (
        ".bd-sidebar-primary",
        ".bd-sidebar-secondary",
        ".bd-header-article",
    ):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator("article h1").is_visible()
    ink = page.locator("article p").first.evaluate("(x) => getComputedStyle(x).color")
    link = page.locator("article p a").first.evaluate(
        "(x) => getComputedStyle(x).color"
    )
    assert min(ratio(ink, "rgb(255, 255, 255)"), ratio(link, "rgb(255, 255, 255)")) > 7
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(FOLDED) > 0


@pytest.mark.parametrize("name", ["book/index.html", "book/explore.html"])
def test_every_control_changes_its_figure(open_page, name):
    page, found = open_page(name, reduced_motion="reduce")
    controls = page.locator(".live :is(input[type=range], select):visible")
    assert controls.count() >= 3
    for index in range(controls.count()):
        control = controls.nth(index)
        figure = control.locator("xpath=ancestor::figure")
        states = {figure.inner_html()}
        if control.evaluate("(x) => x.tagName") == "SELECT":
            for value in control.evaluate("(x) => [...x.options].map((o) => o.value)"):
                control.select_option(value)
                states.add(figure.inner_html())
        for key in ("End", "Home"):
            control.press(key)
            states.add(figure.inner_html())
        # Some terms of a loss are the same curve: one value that differs is enough.
        assert len(states) > 1, control.get_attribute("id")
    assert found.problems == []


@pytest.mark.parametrize("loss", ["ns", "cos"])
def test_figure_shows_the_number_of_python(open_page, loss):
    page, _ = open_page("book/index.html")
    figure = page.locator("figure.interactive-loss")
    figure.get_by_label("Loss", exact=True).select_option(loss)
    figure.get_by_label("k, per layer").press("End")
    k = float(figure.locator("output").first.text_content())
    ends = page.evaluate(
        "([n, k]) => lipgan.measuredOmega(lipgan.data.domains, n, k)", [loss, k]
    )
    terms = LOSSES[loss].terms.values()
    slopes = [metrics.attained_slopes(term, *ends) for term in terms]
    slopes = torch.tensor(slopes, dtype=torch.float64)
    wanted = domains._variation(*slopes.T).max().item()
    shown = figure.locator('[data-name="variation"]').text_content()
    assert float(shown.rstrip("%")) == pytest.approx(wanted, rel=0.02)


def test_explorer_opens_a_cell_with_its_samples(open_page):
    page, found = open_page("book/explore.html")
    figure = page.locator("figure.interactive-table3")
    figure.locator("td").nth(3).click()
    samples = figure.locator(".details img").first
    samples.scroll_into_view_if_needed()
    page.wait_for_function("(x) => x.complete", arg=samples.element_handle())
    assert samples.evaluate("(x) => x.naturalWidth") > 0
    assert "lipgan train" in figure.locator("pre").first.text_content()
    assert found.problems == []
