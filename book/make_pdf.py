"""Prints the built book into one PDF, page by page in the order of its contents.

Usage: python book/make_pdf.py [--scale embedded]

Needs a Chromium on PATH, playwright, which drives it, and pypdf, which joins the pages.
Links between pages of the book lead to pages of the PDF.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from book.page_list import DEFAULT_SCALE, toc_files  # noqa: E402

BROWSERS = ("chromium", "google-chrome")
LOADED = """async () => {
  document.documentElement.dataset.theme = "light";
  for (const picture of document.images) picture.loading = "eager";
  await window.MathJax?.startup?.promise;
  await Promise.all([...document.images].map((picture) => picture.decode()));
  await document.fonts.ready;
}"""
PAPER = {
    "format": "A4",
    "print_background": True,
    "margin": {"top": "16mm", "bottom": "16mm", "left": "14mm", "right": "14mm"},
}


class PdfError(RuntimeError):
    """The book cannot be printed; the message says what is missing."""


def print_pages(site: Path, names: list[str]) -> Iterator[tuple[str, str, bytes]]:
    """Prints pages through a headless Chromium that can reach no network.

    Args:
        site: folder of the built site.
        names: documents of the table of contents, without suffix.

    Yields:
        Name, title and PDF of every page.

    Raises:
        PdfError: no Chromium, no playwright, or a page that was not built.
    """
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        raise PdfError(f"none of {', '.join(BROWSERS)} is on PATH")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise PdfError("playwright is not installed: make test installs it") from None
    for name in names:
        if not (site / f"{name}.html").is_file():
            raise PdfError(f"{site / name}.html: not built yet: make book")
    options = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=options)
        page = browser.new_page(color_scheme="light")
        for name in names:
            page.goto((site / f"{name}.html").as_uri())
            page.evaluate(LOADED)
            title = page.title().partition(" — ")[0]
            yield name, title, page.pdf(**PAPER)
        browser.close()


def join(printed: list[tuple[str, str, bytes]], site: Path, target: Path) -> int:
    """Joins printed pages, with an outline and links that stay in the document.

    Args:
        printed: name, title and PDF of every page.
        site: the folder that they were printed from.
        target: the PDF to write; replaced only when it is complete.

    Returns:
        Number of sheets.

    Raises:
        PdfError: pypdf is not installed.
    """
    try:
        from pypdf import PdfReader, PdfWriter
    except ImportError:
        raise PdfError("pypdf is not installed: make test installs it") from None
    writer, starts = PdfWriter(), {}
    for name, title, content in printed:
        starts[(site / f"{name}.html").resolve()] = len(writer.pages)
        writer.append(PdfReader(io.BytesIO(content)), outline_item=title)
    for sheet in writer.pages:
        for entry in sheet.get("/Annots", []):
            keep_inside(entry.get_object(), starts, writer)
    part = target.with_suffix(".part")
    with part.open("wb") as file:
        writer.write(file)
    part.replace(target)
    return len(writer.pages)


def keep_inside(link: Any, starts: dict[Path, int], writer: Any) -> None:
    """Turns a link to a file of the site into one to its first sheet.

    What the PDF does not hold (a notebook to download) stays text without a link.
    """
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    address = urlsplit(str(link.get("/A", {}).get("/URI", "")))
    if address.scheme != "file":
        return
    del link["/A"]
    start = starts.get(Path(unquote(address.path)).resolve())
    if start is not None:
        sheet = writer.pages[start].indirect_reference
        goal = ArrayObject([sheet, NameObject("/Fit")])
        link[NameObject("/A")] = DictionaryObject(
            {NameObject("/S"): NameObject("/GoTo"), NameObject("/D"): goal}
        )


def main(arguments: list[str] | None = None) -> int:
    """Command line.

    Args:
        arguments: command-line arguments; those of the process when `None`.

    Returns:
        0 when the PDF was written, 2 when something that it needs is missing.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--scale", default=DEFAULT_SCALE, help="default: %(default)s")
    work = ROOT / "build" / parser.parse_args(arguments).scale
    target = work / "lipgan.pdf"
    try:
        printed = list(print_pages(work / "html", toc_files(ROOT)))
        count = join(printed, work / "html", target)
    except PdfError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{target}: {count} sheets, {target.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
