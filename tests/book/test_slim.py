"""A slim site keeps what its pages use and nothing else."""

import pytest

from book.slim import slim, slim_icons, slim_page

PAGE = """<head><script defer src="_static/scripts/fontawesome.js?digest=1"></script>
<script>window.MathJax = {"options": {}}</script>
<script defer="defer" src="_static/mathjax/tex-chtml.js"></script>
<script src="_static/searchtools.js"></script>
    <script src="searchindex.js"></script></head>
<body><i class="fa-solid fa-bars"></i></body>"""
CSS = (
    '.fa-bars:before,.fa-navicon:before{content:"b"}.fa-cat:before{content:"c"}'
    ".x{top:0}"
)


def test_page_loads_what_it_needs():
    page = slim_page(PAGE)
    assert "fontawesome" not in page
    assert "searchindex" not in page
    assert 'src="_static/mathjax/startup.js"' in page
    assert (
        page.index('"options"') < page.index("MathJax.loader") < page.index("</head>")
    )


def test_search_page_keeps_its_index():
    assert "searchindex.js" in slim_page(PAGE, searches=True)


def test_page_without_formulas_gets_no_loader():
    assert "MathJax" not in slim_page("<head></head><body>x</body>")


def test_rules_of_icons_in_use_stay():
    slimmed = slim_icons(CSS, {"fa-bars"})
    assert slimmed == CSS.replace('.fa-cat:before{content:"c"}', "")


@pytest.mark.parametrize("gone", ["tex-svg.js", "ui/menu.js", "sre/speech.js"])
def test_unused_files_are_deleted(tmp_path, gone):
    mathjax = tmp_path / "_static" / "mathjax"
    names = (gone, "startup.js", "output/chtml.js", "output/chtml/fonts/woff-v2/a.woff")
    for name in names:
        (mathjax / name).parent.mkdir(parents=True, exist_ok=True)
        (mathjax / name).touch()
    (tmp_path / "index.html").write_text(PAGE)
    slim(tmp_path)
    left = {p.relative_to(mathjax).as_posix() for p in mathjax.rglob("*.*")}
    assert left == set(names) - {gone}
    assert not (mathjax / gone).parent.is_dir() or (mathjax / gone).parent == mathjax
