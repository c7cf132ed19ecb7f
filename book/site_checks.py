"""Checks on the built HTML: pages, links, nothing from the network, alt texts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING_LINKS = {"stylesheet", "preload", "modulepreload", "icon", "prefetch"}
LOADING_SOURCES = {"script", "img", "iframe", "source", "video", "audio", "embed"}
REMOTE = re.compile(r"\s*(https?:)?//", re.IGNORECASE)
REMOTE_CSS = re.compile(r"(@import\s+|url\(\s*)[\"']?(https?:)?//", re.IGNORECASE)
PATH_LIKE = re.compile(
    r"\.(png|jpe?g|gif|svg|webp)$|^\.{0,2}/|_images|[0-9a-f]{16,}", re.IGNORECASE
)


class _Page(HTMLParser):
    """Collects the problems of one page while it is parsed."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        address = ""
        if tag in LOADING_SOURCES:
            address = values.get("src", "")
        elif tag == "object":
            address = values.get("data", "")
        elif tag == "link" and LOADING_LINKS & set(values.get("rel", "").split()):
            address = values.get("href", "")
        if REMOTE.match(address):
            self.problems.append(f"<{tag}> loads {address} from the network")
        if REMOTE_CSS.search(values.get("style", "")):
            self.problems.append(f"<{tag}> has a style that loads from the network")
        if tag == "img":
            self._check_alt(values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        self.anchors |= {values[key] for key in ("id", "name") if values.get(key)}
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style and REMOTE_CSS.search(data):
            self.problems.append("<style> loads from the network")

    def _check_alt(self, values: dict[str, str]) -> None:
        alt, source = values.get("alt", "").strip(), values.get("src", "")[:80]
        if not alt:
            self.problems.append(f"image {source} has no alt text")
        elif PATH_LIKE.search(alt):
            self.problems.append(f"image {source} has a path as alt text: {alt[:80]}")


def page_problems(html: str) -> list[str]:
    """Finds network addresses that a page would load, and images without alt text.

    Ordinary links (`<a href>`) may point anywhere.

    Args:
        html: content of one page.

    Returns:
        One line per problem.
    """
    return _parsed(html).problems


def _parsed(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    page.close()
    return page


def link_problems(html_root: Path, pages: dict[str, _Page]) -> list[str]:
    """Finds links to files that are not there, and to anchors that no page has.

    Args:
        html_root: folder with `index.html`.
        pages: parsed pages by path below it.

    Returns:
        One line per problem. Links to the network are not followed.
    """
    problems = []
    for name, page in pages.items():
        for link in sorted(set(page.links)):
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            path = unquote(address.path)
            target = (html_root / name).parent / path if path else html_root / name
            if not target.is_file():
                problems.append(f"{name}: link to {link}: there is no such file")
                continue
            there = target.resolve().relative_to(html_root.resolve()).as_posix()
            anchor = unquote(address.fragment)
            if anchor and there in pages and anchor not in pages[there].anchors:
                problems.append(f"{name}: link to {link}: there is no such anchor")
    return problems


def site_problems(html_root: Path, files: list[str]) -> list[str]:
    """Checks a built site.

    Args:
        html_root: folder with `index.html`.
        files: documents of `_toc.yml`, without suffix.

    Returns:
        One line per problem, with the page it was found on.
    """
    wanted = ["index.html", *(f"{name}.html" for name in files)]
    problems = [
        f"{name}: this page was not built"
        for name in wanted
        if not (html_root / name).is_file()
    ]
    pages = {}
    for path in sorted(html_root.rglob("*.html")):
        name = path.relative_to(html_root).as_posix()
        if not name.startswith("_static/"):
            pages[name] = _parsed(path.read_text("utf-8"))
            problems += [f"{name}: {text}" for text in pages[name].problems]
    problems += link_problems(html_root, pages)
    for path in sorted((html_root / "_static").rglob("*.css")):
        if REMOTE_CSS.search(path.read_text("utf-8", errors="replace")):
            name = path.relative_to(html_root).as_posix()
            problems.append(f"{name}: loads from the network")
    return problems
