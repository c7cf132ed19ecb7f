"""What a browser finds on the pages of a built site, opened from disk.

Each page is loaded once and then looked at in both themes and two widths: loading is
what takes time. The tests in `test_browser_site.py` judge what is found here.
"""

import gzip
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import resources, util
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 375, "height": 800}
THEMES = ("light", "dark")
TEXTS = {".html", ".css", ".js", ".svg", ".json"}
OPTIONS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
GRAVE = ("serious", "critical")
READY = """() => document.readyState === "complete"
  && (!document.querySelector(".math") || !!window.MathJax?.startup?.promise)
  && [...document.querySelectorAll('figure[class*="interactive-"]')]
     .every((f) => f.classList.contains("is-live"))"""
TIMES = """() => { const n = performance.getEntriesByType("navigation")[0];
  return { content: n.domContentLoadedEventEnd, now: performance.now() } }"""
SMALLEST_TEXT = 9  # pixels as displayed
IN_THE_WAY = """(smallest) => {
  const article = document.querySelector("article") ?? document.body;
  const shown = (x) => x.checkVisibility();
  const words = (x) => x.textContent.trim().slice(0, 60);
  const found = [];
  for (const table of article.querySelectorAll("table")) {
    if (!shown(table)) continue;
    if (table.scrollWidth > table.parentElement.clientWidth + 2)
      found.push(`a table is wider than its box: ${words(table)}`);
    for (const cell of table.querySelectorAll("td")) {
      const style = getComputedStyle(cell);
      const line = parseFloat(style.lineHeight) || 20;
      const content = document.createRange(); // the row may be higher than its words
      content.selectNodeContents(cell);
      const inner = content.getBoundingClientRect().height;
      if (words(cell).length < 60 && inner > 2.5 * line && !cell.querySelector("img"))
        found.push(`a short cell has more than two lines: ${words(cell)}`);
    }
  }
  for (const code of article.querySelectorAll("div.highlight pre"))
    if (shown(code) && code.scrollWidth > code.clientWidth + 2)
      found.push(`code runs out of its box: ${words(code)}`);
  for (const text of article.querySelectorAll("svg text"))
    if (shown(text) && text.textContent.trim()) {
      const { b, d } = text.getScreenCTM(); // turned text has its scale in b
      const size = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(b, d);
      if (size < smallest - 0.1) found.push(`text of ${size} pixels: ${words(text)}`);
    }
  return found;
}"""
# The theme changes colors alone, so that dark pages are asked for these rules only.
OF_COLORS = ["color-contrast", "link-in-text-block"]
# MathJax draws with thousands of glyphs that are hidden from screen readers; its
# MathML, which they read, is checked. Rows past the sixth repeat those before them.
AXE = """async (rules) => {
  const found = await axe.run({ exclude: ["mjx-math", "tbody tr:nth-child(n + 7)"] }, {
    resultTypes: ["violations"], preload: false,
    ...(rules.length ? { runOnly: rules } : {}) });
  return found.violations.map((v) => ({ id: v.id, impact: v.impact,
    nodes: v.nodes.map((n) => `${n.target.join(" ")} — ${n.html.slice(0, 160)}`) }));
}"""


def find_site() -> Path | None:
    """The built site: $LIPGAN_SITE, else the embedded one, else that of smoke scale."""
    if given := os.environ.get("LIPGAN_SITE"):
        return Path(given).resolve()
    for scale in ("embedded", "smoke"):
        site = ROOT / "build" / scale / "html"
        if (site / "index.html").is_file():
            return site
    return None


def page_names(site: Path | None) -> list[str]:
    """Pages of a site, as paths below it; none without a site."""
    if site is None:
        return []
    names = [path.relative_to(site).as_posix() for path in site.rglob("*.html")]
    return sorted(name for name in names if not name.startswith("_static/"))


def missing() -> str | None:
    """Why no page can be looked at, or None."""
    if not util.find_spec("playwright"):
        return "needs playwright"
    if not CHROMIUM:
        return "needs chromium on PATH"
    if find_site() is None:
        return "no book built yet: make book"
    return None


@dataclass
class Findings:
    """What one page showed.

    Attributes:
        problems: console errors, page errors, failed requests, requests of a network.
        loaded: files that the page read.
        seconds: from the call to the last figure being live; MathJax still draws.
        undrawn: formulas that MathJax left as text, or drew as an error.
        wide: what sticks out of the page at the width of a phone.
        in_the_way: what is hard to read at the width of a desk.
        height: of the page there, in pixels, with nothing unfolded.
        verdict_at: where its first verdict stands, in pixels from the top.
        axe: by theme, violations by rule, as axe-core gives them.
        dark_picture: the first picture in the dark theme, as PNG.
    """

    problems: list[str] = field(default_factory=list)
    loaded: set[Path] = field(default_factory=set)
    seconds: float = float("inf")
    undrawn: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    in_the_way: list[str] = field(default_factory=list)
    height: int = 0
    verdict_at: float | None = None
    axe: dict[str, list[dict]] = field(default_factory=dict)
    dark_picture: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes of all files that the page read."""
        return sum(path.stat().st_size for path in self.loaded)

    @property
    def sent(self) -> int:
        """Bytes that a server sends for them, which compresses what is text."""
        return sum(sent_bytes(path) for path in self.loaded)


@cache
def sent_bytes(path: Path) -> int:
    """Bytes of one file on its way: gzip for text, pictures and fonts as they are."""
    if path.suffix in TEXTS:
        return len(gzip.compress(path.read_bytes(), 6))
    return path.stat().st_size


@contextmanager
def chromium():
    """A browser that resolves no host."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


def listen(page) -> Findings:
    """Notes what goes wrong on a page from now on, and which files it reads."""
    found = Findings()

    def requested(request) -> None:
        address = urlsplit(request.url)
        if address.scheme == "file":
            found.loaded.add(Path(unquote(address.path)))
        elif address.scheme not in ("data", "blob"):
            found.problems.append(f"asks the network for {request.url}")

    page.on("request", requested)
    page.on("requestfailed", lambda r: found.problems.append(f"{r.url}: {r.failure}"))
    page.on("pageerror", lambda error: found.problems.append(str(error)))
    page.on(
        "console",
        lambda m: found.problems.append(m.text) if m.type == "error" else None,
    )
    return found


def open_page(page, address: str) -> float:
    """Opens a page and waits until all of it is there.

    Returns:
        Seconds from the start of the navigation until the document was parsed and
        every interactive figure answered.
    """
    page.goto(address)
    page.wait_for_function(READY)
    times = page.evaluate(TIMES)
    live = page.locator('figure[class*="interactive-"]').count()
    page.evaluate("async () => { await window.MathJax?.startup?.promise }")
    return (times["now"] if live else times["content"]) / 1000


def set_theme(page, theme: str) -> None:
    """Switches as the theme's own button would, without its transitions."""
    page.evaluate("(t) => { document.documentElement.dataset.theme = t }", theme)


def undrawn(page) -> list[str]:
    """Formulas that a reader would see as TeX."""
    return page.evaluate(
        """() => [
          ...[...document.querySelectorAll(".math")].filter(
            (x) => !x.querySelector("mjx-container")),
          ...document.querySelectorAll("mjx-merror")]
        .map((x) => x.textContent.slice(0, 80))"""
    )


def too_wide(page) -> list[str]:
    """Elements that make the page scroll sideways; what scrolls in its box is fine."""
    return page.evaluate(
        """() => {
          const { documentElement: root, body } = document;
          const limit = root.clientWidth + 1;
          if (root.scrollWidth <= limit && body.scrollWidth <= limit) return [];
          const boxed = (x) => { for (let p = x.parentElement; p; p = p.parentElement)
            if (p !== body && p !== root
                && getComputedStyle(p).overflowX !== "visible") return true; };
          const found = [...body.querySelectorAll("*")]
            .filter((x) => x.getBoundingClientRect().right > limit && !boxed(x))
            .map((x) => x.outerHTML.slice(0, 120));
          return found.length ? found : [`page is ${root.scrollWidth} px wide`];
        }"""
    )


def in_the_way(page) -> list[str]:
    """What makes a page hard to read at the width of a desk: see ``IN_THE_WAY``."""
    return page.evaluate(IN_THE_WAY, SMALLEST_TEXT)


def run_axe(page, rules=()) -> list[dict]:
    """Violations of all or some rules that axe-core finds on the page as it stands."""
    if not page.evaluate("'axe' in window"):
        script = resources.files("axe_playwright_python") / "axe.min.js"
        page.evaluate(script.read_text("utf-8"))
    return page.evaluate(AXE, list(rules))


UNFOLD = "document.querySelectorAll('article details').forEach((d) => (d.open = true))"


def survey(browser, address: str) -> Findings:
    """Looks at one page in both themes, unfolded, and at the width of a phone."""
    page = browser.new_page(viewport=DESKTOP, reduced_motion="reduce")
    found = listen(page)
    try:
        found.seconds = open_page(page, address)
        found.undrawn = undrawn(page)
        loaded = set(found.loaded)
        found.in_the_way = in_the_way(page)
        found.height = page.evaluate("document.documentElement.scrollHeight")
        verdict = page.locator("article .verdict").first
        if verdict.count():
            found.verdict_at = verdict.bounding_box()["y"]
        page.evaluate(UNFOLD)
        for theme in THEMES:
            set_theme(page, theme)
            found.axe[theme] = run_axe(page, OF_COLORS if theme == "dark" else ())
        picture = page.locator("article :is(figure, .cell_output) img:visible").first
        if picture.count():
            found.dark_picture = picture.screenshot()
        page.set_viewport_size(PHONE)
        found.wide = too_wide(page)
        found.loaded = loaded
    finally:
        with suppress(Exception):
            page.close()
    return found
