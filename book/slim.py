"""Makes a built site small: pages read only what they use, the rest is deleted.

Of three megabytes that a page with formulas would read, half is a script that draws
ten icons (the style sheet draws them as well), and a third of MathJax is its menu.
Addresses that differ between sites (digests, versions) are matched, not spelt out.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

# MathJax from its parts, without the menu; loaded by `startup.js`.
MATHJAX = ("input/tex", "output/chtml", "a11y/assistive-mml")
MATHJAX_FILES = (
    "startup.js",
    "core.js",
    *(f"{name}.js" for name in MATHJAX),
    "output/chtml/fonts",
    "input/tex/extensions",
)
LOADER = 'window.MathJax.loader={"load":["core","' + '","'.join(MATHJAX) + '"]};'
ICON_SCRIPT = re.compile(
    r'<script[^>]*src="[^"]*scripts/fontawesome\.js[^>]*></script>'
)
SEARCH = re.compile(
    r'<script src="[^"]*(?:searchtools|language_data|searchindex)\.js"></script>\s*'
)
ICON_RULE = re.compile(r'(?:\.fa-[\w-]+:before,?)+\{content:"[^"]*"\}')
UNUSED = ("*.map", "*.ttf", "scripts/fontawesome.js*")


def slim(built: Path) -> None:
    """Rewrites the pages and styles of a site and deletes what none of them reads.

    Args:
        built: folder of the site, as Sphinx left it.
    """
    icons = {"fa-xmark"}  # the theme's script adds this one
    for path in built.rglob("*.html"):
        if "_static" in path.relative_to(built).parts:
            continue
        html = slim_page(path.read_text("utf-8"), path.name == "search.html")
        icons |= set(re.findall(r"\bfa-[\w-]+", html))
        path.write_text(html, "utf-8")
    static = built / "_static"
    for path in static.glob("styles/pydata*.css"):
        path.write_text(slim_icons(path.read_text("utf-8"), icons), "utf-8")
    for pattern in UNUSED:
        for path in static.rglob(pattern):
            path.unlink()
    slim_mathjax(static / "mathjax")


def slim_page(html: str, searches: bool = False) -> str:
    """One page that loads no icon script, no search index, and MathJax in parts.

    The lists that bibliographies are marked up as are repaired on the way: their role
    promises list items that docutils does not write.

    Args:
        html: the page.
        searches: whether this is the page that needs the search index.
    """
    html = ICON_SCRIPT.sub("", html)
    if not searches:
        html = SEARCH.sub("", html)
    html = html.replace('<div role="list" class="citation-list">', "<div>")
    html = html.replace('role="doc-biblioentry"', "")
    whole = re.search(r'<script [^>]*src="[^"]*mathjax/tex-chtml\.js[^>]*>', html)
    if whole:
        parts = whole[0].replace("tex-chtml.js", "startup.js")
        loader = f"<script>window.MathJax=window.MathJax||{{}};{LOADER}</script>"
        # The configuration that Sphinx writes follows its script, which is deferred.
        html = html.replace(whole[0], parts).replace("</head>", f"{loader}</head>", 1)
    return html


def slim_icons(css: str, icons: set[str]) -> str:
    """The style sheet without the rules of icons that no page shows."""

    def keep(rule: re.Match[str]) -> str:
        return rule[0] if icons & set(re.findall(r"fa-[\w-]+", rule[0])) else ""

    return ICON_RULE.sub(keep, css)


def slim_mathjax(folder: Path) -> None:
    """Keeps of MathJax what the pages load.

    Args:
        folder: `_static/mathjax`; nothing happens where a site has none.
    """
    if not folder.is_dir():
        return
    kept = [folder / name for name in MATHJAX_FILES]
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if not any(path == one or one in path.parents for one in kept):
            path.unlink()
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            shutil.rmtree(path)
