"""The interactive figures in a real browser, from disk, against Python."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from book import figure_data, figure_plane, figure_table3
from lipgan import data, experiments, metrics
from lipgan.claims import domains
from lipgan.gan.losses import LOSSES, scaled_term
from lipgan.runs.evidence import open_records
from lipgan.sweep import load_known

pytest.importorskip("playwright.sync_api", reason="needs playwright")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="needs chromium on PATH"),
]
ROOT = Path(__file__).resolve().parents[2]
KINDS = ("loss with-taylor", "bound", "table3", "toy", "plane")
PAGE = """<!doctype html><html data-theme="{theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>t</title>
<link rel="stylesheet" href="_static/figures.css">
<script src="_static/lipgan.js"></script></head><body>{figures}</body></html>"""
FIGURE = (
    '<figure class="interactive-{}"><img alt="static" src="_static/table3.png"'
    ' width="300"><figcaption>Text</figcaption></figure>'
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
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
def open_page(browser, site):
    """Call it for a page with all figures started; its requests and errors are kept."""
    contexts = []

    def make(theme="light", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.requested, page.problems = [], []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda m: page.problems.append(m.text) if m.type == "error" else None,
        )
        page.goto((site / f"{theme}.html").as_uri())
        if options.get("java_script_enabled", True):
            page.wait_for_function(
                "document.querySelectorAll('figure.is-live').length == 5"
            )
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def mathematics(browser, site):
    """A page that keeps the scripts of all figures, for evaluations."""
    page = browser.new_page()
    page.goto((site / "light.html").as_uri())
    page.wait_for_function("document.querySelectorAll('figure.is-live').length == 5")
    return page


# Numbers


SCORES = [-30.0, -3.0, -1.0, -0.4, -1e-9, 0.0, 1e-12, 1e-5, 0.3, 1.0, 2.5, 30.0]
ALPHAS = [1e-25, 1e-10, 1e-3, 1.0, 7.0]
EVALUATE = """([name, term, alphas, scores]) => {
  const t = lipgan.LOSSES[name].terms[term];
  return alphas.map((a) => scores.map((f) => [lipgan.scaledValue(t, a, f),
    lipgan.scaledSlope(t, a, f), t.value(a * f)]));
}"""


def close(found, wanted, tolerance=1e-12):
    torch.testing.assert_close(
        torch.as_tensor(found, dtype=torch.float64),
        torch.as_tensor(wanted, dtype=torch.float64),
        rtol=tolerance,
        atol=1e-300,
    )


@pytest.mark.parametrize("name", list(LOSSES))
def test_losses_are_those_of_python(mathematics, name):
    assert mathematics.evaluate("Object.keys(lipgan.LOSSES)") == list(LOSSES)
    label = mathematics.evaluate("(n) => lipgan.LOSSES[n].label", name)
    assert label == LOSSES[name].label
    scores = torch.tensor(SCORES, dtype=torch.float64)
    for key, term in LOSSES[name].terms.items():
        found = mathematics.evaluate(EVALUATE, [name, key, ALPHAS, SCORES])
        for alpha, rows in zip(ALPHAS, found, strict=True):
            value, slope, plain = zip(*rows, strict=True)
            # torch's softplus is a straight line above 20, off by e^-20
            close(slope, term.slope(alpha * scores), 3e-9)
            close(plain, term(alpha * scores), 3e-9)
            close(value, scaled_term(term, alpha)(scores), 1e-11)


def test_a_wrong_loss_would_be_noticed(mathematics):
    found = mathematics.evaluate(EVALUATE, ["ns", "d_fake", [1.0], SCORES])[0]
    wanted = LOSSES["ns"].d_real.slope(torch.tensor(SCORES, dtype=torch.float64))
    with pytest.raises(AssertionError):
        close([row[1] for row in found], wanted)


@pytest.mark.parametrize("name", list(LOSSES))
@pytest.mark.parametrize("ends", [(-0.3, 0.2), (-2.0, 5.0), (11.0, 11.5)])
def test_measures_on_a_domain_are_those_of_python(mathematics, name, ends):
    low, high = torch.tensor(ends, dtype=torch.float64)[:, None]
    wanted = float(domains.slope_variation(LOSSES[name], low, high))
    script = "([n, a, b]) => lipgan.nonlinearity(lipgan.LOSSES[n], a, b)"
    close(mathematics.evaluate(script, [name, *ends]), wanted, 1e-9)
    for key, term in LOSSES[name].terms.items():
        script = """([n, key, a, b]) => { const t = lipgan.LOSSES[n].terms[key];
          return [lipgan.largestCurvature(t, a, b),
                  lipgan.tangentDistance(t, 0.1, b)] }"""
        found = mathematics.evaluate(script, [name, key, *ends])
        close(found[0], metrics.largest_curvature(term, *ends), 1e-9)
        close(found[1], metrics.tangent_distance(term, 0.1, ends[1]), 1e-8)


def test_bound_and_median_are_those_of_python(mathematics):
    for k, inputs in ((0.2, 64), (50.0, 3 * 64 * 64)):
        found = mathematics.evaluate("(a) => lipgan.domainBound(...a)", [k, inputs])
        close(found, metrics.domain_bound(k, inputs))
    points = data.load("toy2d").x
    found = mathematics.evaluate("(p) => lipgan.geometricMedian(p)", points.tolist())
    close(found, metrics.geometric_median(points), 1e-6)


def test_domain_at_a_trained_k_is_the_record_and_the_verdict_is_computed(mathematics):
    found = mathematics.evaluate(
        """() => { const d = lipgan.data.domains;
        return Object.entries(d.cells).flatMap(([loss, cells]) => cells.map((c, i) => {
          const omega = lipgan.measuredOmega(d, loss, d.ks[i]);
          return [loss, c.omega, omega, omega && lipgan.judge(d, loss, 1, omega)];
        })) }"""
    )
    assert len(found) == 35
    for loss, recorded, omega, judged in found:
        assert (omega is None) == (recorded is None)
        if omega:
            close(omega, recorded, 1e-9)
            low, high = torch.tensor(omega, dtype=torch.float64)[:, None]
            bend = float(domains.slope_variation(LOSSES[loss], low, high))
            assert judged["bend"] == pytest.approx(bend, abs=1e-9)
            assert judged["zone"] == figure_data.zone(bend)


def test_domains_between_trained_k_lie_between(mathematics):
    widths = mathematics.evaluate(
        """() => [0.5, 0.6, 0.7, 0.9, 1].map((k) => {
        const [a, b] = lipgan.measuredOmega(lipgan.data.domains, "ns", k);
        return b - a })"""
    )
    assert widths == sorted(widths)
    assert len(set(widths)) == 5


# Pages


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_start_on_a_phone_and_load_from_disk_only(open_page, theme):
    page = open_page(theme, viewport={"width": 375, "height": 800})
    assert page.problems == []
    assert all(url.startswith("file:") for url in page.requested)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll(".live :is(input, select, button)")]
        .filter((x) => !x.labels?.length && !x.getAttribute("aria-label")).length"""
    )
    assert unnamed == 0


def test_static_pictures_stand_in_print_and_without_scripts(open_page):
    page = open_page()
    assert not page.locator("figure > img").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator("figure > img").first.is_visible()
    assert not page.locator(".live").first.is_visible()
    page = open_page(java_script_enabled=False)
    assert page.locator("figure > img").first.is_visible()


def test_a_figure_without_its_data_stays_static(browser, site, tmp_path):
    shutil.copytree(site, tmp_path / "site")
    (tmp_path / "site/_static/figures/data-table3.js").unlink()
    page = browser.new_page()
    page.goto((tmp_path / "site/light.html").as_uri())
    page.wait_for_function("document.querySelectorAll('figure.is-live').length == 4")
    assert page.locator("figure.interactive-table3 > img").is_visible()
    page.close()


def test_verdict_flips_by_keyboard(open_page):
    page = open_page()
    figure = page.locator("figure.interactive-loss")
    verdict = figure.locator(".verdict-line")
    assert "straight" in verdict.get_attribute("class")
    figure.get_by_label("k, per layer").focus()
    page.keyboard.press("End")
    assert figure.locator("output").first.text_content() == "50"
    assert "bent" in verdict.get_attribute("class")
    figure.get_by_role("button", name="Loose k, small α").press("Enter")
    assert "straight" in verdict.get_attribute("class")


def test_wgan_is_straight_wherever_it_is_used(open_page):
    page = open_page()
    figure = page.locator("figure.interactive-loss")
    figure.get_by_label("Loss", exact=True).select_option("wgan")
    figure.get_by_role("button", name="Loose k: k = 50, α = 1").click()
    assert figure.locator('[data-name="variation"]').text_content() == "0"


def test_bound_shows_the_formula_of_the_paper(open_page):
    page = open_page()
    figure = page.locator("figure.interactive-bound")
    figure.get_by_label("Channels", exact=True).select_option("3")
    figure.get_by_label("Image side").press("End")
    assert "256" in figure.locator('[data-name="inputs"]').text_content()
    wanted = f"{metrics.domain_bound(1.0, 3 * 256 * 256):.0f}"
    assert figure.locator('[data-name="bound"]').text_content() == wanted


def test_bound_is_that_of_the_images_measured_on(open_page):
    page = open_page()
    figure = page.locator("figure.interactive-bound")
    assert (
        "at k = 1, digits, 8 × 8"
        in figure.locator('[data-name="measured"]').text_content()
    )
    figure.get_by_label("Measured on").select_option("1")
    assert "32 × 32 × 1" in figure.locator('[data-name="inputs"]').text_content()
    wanted = f"{metrics.domain_bound(1.0, 32 * 32):.0f}"
    assert figure.locator('[data-name="bound"]').text_content() == wanted
    assert "MNIST, 32 × 32" in figure.locator('[data-name="measured"]').text_content()


def test_table_is_walked_by_arrow_keys_and_opens_a_cell(open_page):
    page = open_page()
    figure = page.locator("figure.interactive-table3")
    figure.locator('td[tabindex="0"]').focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "End", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    assert (
        figure.locator('td[aria-selected="true"]')
        .get_attribute("aria-label")
        .startswith("COS, k = 5")
    )
    command = figure.locator("pre").first.text_content()
    assert "--loss cos" in command
    assert "--lipschitz-k 5 " in command
    assert figure.locator('td[tabindex="0"]').count() == 1
    tables = figure.get_by_label("Table", exact=True)
    tables.select_option(label="the paper: MNIST")
    figure.locator("td").first.click()
    assert "5.41" in figure.locator("section h4").text_content()


def test_plane_opens_a_cell_with_its_samples_and_command(open_page):
    page = open_page()
    figure = page.locator("figure.interactive-plane")
    figure.locator('td[tabindex="0"]').focus()
    for key in ("End", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    title = figure.locator("section h4").first.text_content()
    assert title.startswith("COS, k = 50, α kⁿ = 10,000: ")
    assert title.endswith(", broken")
    config = experiments.plane(losses=["cos"], ks=[50.0], knobs=[1e4])[0]
    picture = figure.locator("section img").get_attribute("src")
    assert picture.endswith(f"samples/{config.config_id}.png")
    assert "--alpha 0.08 --lipschitz-k 50 " in figure.locator("pre").text_content()
    figure.get_by_label("Loss", exact=True).select_option("exp")
    figure.locator("td").first.click()
    assert "diverged" in figure.locator("section h4").first.text_content()


def test_toy_plays_pauses_steps_and_moves_its_data(open_page):
    page = open_page()
    figure = page.locator("figure.interactive-toy")
    steps = figure.locator('[data-name="step"]')
    figure.get_by_role("button", name="Step").click()
    assert steps.text_content() == "1"
    play = figure.get_by_role("button", name="Play")
    play.click()
    page.wait_for_timeout(500)
    figure.get_by_role("button", name="Pause").click()
    reached = int(steps.text_content())
    assert reached > 1
    page.wait_for_timeout(200)
    assert int(steps.text_content()) == reached
    point = figure.locator(".datum").first
    before = float(point.get_attribute("cx"))
    point.press("ArrowRight")
    assert float(point.get_attribute("cx")) > before
    box = point.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 40, middle[1])
    page.mouse.up()
    assert float(point.get_attribute("cx")) < before


def test_reduced_motion_draws_seldom(open_page):
    page = open_page(reduced_motion="reduce")
    figure = page.locator("figure.interactive-toy")
    figure.get_by_label("Steps per picture").press("Home")
    figure.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1300)
    figure.get_by_role("button", name="Pause").click()
    reached = int(figure.locator('[data-name="step"]').text_content())
    assert reached > 0
    assert reached % 30 == 0
    assert reached <= 120  # at most one picture per half second


def test_data_scripts_are_json(site):
    text = (site / "_static/figures/data-domains.js").read_text("utf-8")
    start = 'window.lipgan.data["domains"]='
    assert text.startswith(start)
    assert json.loads(text.removeprefix(start).rstrip(";\n"))["layers"] == 3
