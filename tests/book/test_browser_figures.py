"""The interactive figures in a real browser, from disk: what a reader does there."""

import json
import shutil

import pytest

from lipgan import experiments, metrics

pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs chromium on PATH"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_start_on_a_phone_and_load_from_disk_only(open_figures, theme):
    page = open_figures(theme, viewport={"width": 375, "height": 800})
    assert page.problems == []
    assert all(url.startswith("file:") for url in page.requested)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll(".live :is(input, select, button)")]
        .filter((x) => !x.labels?.length && !x.getAttribute("aria-label")).length"""
    )
    assert unnamed == 0


def test_static_pictures_stand_in_print_and_without_scripts(open_figures):
    page = open_figures()
    assert not page.locator("figure > img").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator("figure > img").first.is_visible()
    assert not page.locator(".live").first.is_visible()
    page = open_figures(java_script_enabled=False)
    assert page.locator("figure > img").first.is_visible()


def test_a_figure_without_its_data_stays_static(browser, figures_site, tmp_path):
    shutil.copytree(figures_site, tmp_path / "site")
    (tmp_path / "site/_static/figures/data-table3.js").unlink()
    page = browser.new_page()
    page.goto((tmp_path / "site/light.html").as_uri())
    page.wait_for_function("document.querySelectorAll('figure.is-live').length == 4")
    assert page.locator("figure.interactive-table3 > img").is_visible()
    page.close()


def test_verdict_flips_by_keyboard(open_figures):
    page = open_figures()
    figure = page.locator("figure.interactive-loss")
    verdict = figure.locator(".verdict-line")
    assert "straight" in verdict.get_attribute("class")
    figure.get_by_label("k, per layer").focus()
    page.keyboard.press("End")
    assert figure.locator("output").first.text_content() == "50"
    assert "bent" in verdict.get_attribute("class")
    figure.get_by_role("button", name="Loose k, small α").press("Enter")
    assert "straight" in verdict.get_attribute("class")


def test_wgan_is_straight_wherever_it_is_used(open_figures):
    page = open_figures()
    figure = page.locator("figure.interactive-loss")
    figure.get_by_label("Loss", exact=True).select_option("wgan")
    figure.get_by_role("button", name="Loose k: k = 50, α = 1").click()
    assert figure.locator('[data-name="variation"]').text_content() == "0"


def test_bound_shows_the_formula_of_the_paper(open_figures):
    page = open_figures()
    figure = page.locator("figure.interactive-bound")
    figure.get_by_label("Channels", exact=True).select_option("3")
    figure.get_by_label("Image side").press("End")
    assert "256" in figure.locator('[data-name="inputs"]').text_content()
    wanted = f"{metrics.domain_bound(1.0, 3 * 256 * 256):.0f}"
    assert figure.locator('[data-name="bound"]').text_content() == wanted


def test_bound_is_that_of_the_images_measured_on(open_figures):
    page = open_figures()
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


def test_table_is_walked_by_arrow_keys_and_opens_a_cell(open_figures):
    page = open_figures()
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


def test_plane_opens_a_cell_with_its_samples_and_command(open_figures):
    page = open_figures()
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


def test_toy_plays_pauses_steps_and_moves_its_data(open_figures):
    page = open_figures()
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


def test_reduced_motion_draws_seldom(open_figures):
    page = open_figures(reduced_motion="reduce")
    figure = page.locator("figure.interactive-toy")
    figure.get_by_label("Steps per picture").press("Home")
    figure.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1300)
    figure.get_by_role("button", name="Pause").click()
    reached = int(figure.locator('[data-name="step"]').text_content())
    assert reached > 0
    assert reached % 30 == 0
    assert reached <= 120  # at most one picture per half second


def test_data_scripts_are_json(figures_site):
    text = (figures_site / "_static/figures/data-domains.js").read_text("utf-8")
    start = 'window.lipgan.data["domains"]='
    assert text.startswith(start)
    assert json.loads(text.removeprefix(start).rstrip(";\n"))["layers"] == 3
