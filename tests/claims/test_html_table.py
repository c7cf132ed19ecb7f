"""What a reader sees of a table: digits, alignment, divergence, headings."""

import math
import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from lipgan.claims.html_table import (
    FIGURE_SPACE,
    LOST,
    POINT_SPACE,
    HtmlTable,
)


def rows(frame):
    """Every row as (tag, attributes, text) of its cells, without spaces at the ends."""
    root = ET.fromstring(HtmlTable(frame)._repr_html_().replace("<br>", "<br/>"))
    return [
        [(cell.tag, cell.attrib, "".join(cell.itertext())) for cell in row]
        for row in root.iter("tr")
    ]


def column(cells):
    """The texts of a column of one table."""
    return [row[-1][2] for row in rows(pd.DataFrame({"x": cells}))[1:]]


def test_decimals_stand_below_one_another():
    found = column([1.0, 22.5, 334.4, 12345.6, -4.56, math.nan, math.inf])
    end = POINT_SPACE + FIGURE_SPACE * 2
    assert found[:3] == ["1.00", "22.5" + FIGURE_SPACE, "334" + end]
    assert found[3:] == ["12300" + end, "-4.56", "–" + end, "×" + end]
    assert column([7, 12]) == ["7", "12"]  # a count
    assert column([1e-9, 1.5]) == ["1.00·10⁻⁹", "1.50"]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([2.0], "2.00"),
        ([3.0, 1.0, 2.0], "2.001.00 to 3.00"),
        ([2.0, 2.0001], "2.00"),  # both ends read alike
        ([3.0, math.inf, 1.0], "2.001.00 to 3.00, 1 of 3 ×"),
        ([3.0, math.nan, math.inf], "3.001 of 3 ×, 1 of 3 –"),
        ([math.inf, math.nan], "×"),
        ([math.nan], "–"),
        ([], "–"),
    ],
)
def test_a_cell_shows_median_range_and_what_became_of_the_others(values, text):
    assert column([values]) == [text]


def test_divergence_has_one_mark_and_the_caption_says_what_it_means():
    frame = pd.DataFrame({"a": [[math.inf]], "b": [math.inf], "c": [[1.0, math.inf]]})
    text = HtmlTable(frame.rename_axis("W < 3", axis="columns"))._repr_html_()
    caption = re.search("<caption>(.*)</caption>", text)[1]
    assert caption.startswith("W &lt; 3 Medians")
    assert caption.endswith(f"{LOST} diverged.")
    assert text.replace(caption, "").count(LOST) == 3
    plain = HtmlTable(pd.DataFrame({"a": [1.0]}))._repr_html_()
    assert "caption" not in plain
    assert column(["diverged", "none"]) == ["diverged", "none"]  # words are not marks


def test_headings_say_what_they_head():
    index = [("NS", "ours"), ("NS", "paper"), ("LS", "ours"), ("WGAN", "ours")]
    frame = pd.DataFrame(
        [[1.0, 2.0, "<b>"]] * 4,
        index=pd.MultiIndex.from_tuples(index, names=["loss", ""]),
        columns=pd.MultiIndex.from_tuples([("α = 1", "a"), ("α = 1", "b"), ("", "c")]),
    )
    upper, lower, *body = rows(frame)
    assert [cell[0] for cell in upper] == ["td", "td", "th", "th"]
    assert upper[2][1:] == ({"scope": "colgroup", "colspan": "2"}, "α = 1")
    assert [(tag, text) for tag, _, text in lower] == [
        *(("th", "loss"), ("td", "")),
        *(("th", "a"), ("th", "b"), ("th", "c")),
    ]
    assert body[0][0] == ("th", {"scope": "row", "rowspan": "2"}, "NS")
    assert body[1][0] == ("th", {"scope": "row"}, "paper")
    assert [row[0][2] for row in body] == ["NS", "paper", "LS", "WGAN"]
    assert all(row[-1] == ("td", {"class": "words"}, "<b>") for row in body)


def test_numbers_in_headings_are_short_and_a_console_gets_a_table():
    frame = pd.DataFrame({1.0: [0.5]}, index=pd.Index([0.25], name="k"))
    (*_, (_, _, head)), (label, _) = rows(frame)
    assert (head, label[2]) == ("1", "0.25")
    assert repr(HtmlTable(frame)) == frame.to_string()


def test_a_table_shows_powers_of_ten():
    frame = pd.DataFrame({"rate 5e-05": [1.0], 1e-09: [2.0], "one-sided": [3.0]})
    heads = re.findall(r'<th scope="col">(.*?)</th>', HtmlTable(frame)._repr_html_())
    assert heads == ["rate 5·10⁻⁵", "10⁻⁹", "one-sided"]
