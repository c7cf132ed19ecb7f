"""The PDF holds every page in order, and its links stay inside."""

import shutil
from unicodedata import normalize

import pytest

from book import make_pdf

CHROMIUM = any(map(shutil.which, make_pdf.BROWSERS))
ONE = """<!doctype html><html><title>One — Book</title><body>
<p>first words</p><a href="two.html#x">two</a> <a href="gone.ipynb">notebook</a>"""
TWO = "<!doctype html><html><title>Two — Book</title><body><p id='x'>second words</p>"


@pytest.fixture
def site(tmp_path):
    (tmp_path / "one.html").write_text(ONE, "utf-8")
    (tmp_path / "two.html").write_text(TWO, "utf-8")
    return tmp_path


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="needs chromium on PATH")
def test_pages_are_joined_in_order_with_inner_links(site):
    pytest.importorskip("playwright", reason="needs playwright")
    pypdf = pytest.importorskip("pypdf", reason="needs pypdf")
    printed = list(make_pdf.print_pages(site, ["one", "two"]))
    count = make_pdf.join(printed, site, site / "book.pdf")
    reader = pypdf.PdfReader(site / "book.pdf")
    assert count == len(reader.pages) == 2
    assert [item.title for item in reader.outline] == ["One", "Two"]
    # a font may have one glyph for "fi"
    texts = [normalize("NFKC", page.extract_text()) for page in reader.pages]
    assert "first words" in texts[0]
    assert "second words" in texts[1]
    links = [entry.get_object() for entry in reader.pages[0]["/Annots"]]
    goals = [link["/A"]["/D"][0] for link in links if "/A" in link]
    assert [goal.get_object() for goal in goals] == [reader.pages[1]]
    assert b"file:" not in (site / "book.pdf").read_bytes()


@pytest.mark.skipif(not CHROMIUM, reason="needs chromium on PATH")
def test_page_that_was_not_built_is_named(site):
    pytest.importorskip("playwright", reason="needs playwright")
    with pytest.raises(make_pdf.PdfError, match=r"three\.html: not built yet"):
        list(make_pdf.print_pages(site, ["one", "three"]))


def test_missing_browser_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(make_pdf, "BROWSERS", ("no-such-browser",))
    assert make_pdf.main(["--scale", "nowhere"]) == 2
    assert capsys.readouterr().err == "error: none of no-such-browser is on PATH\n"
