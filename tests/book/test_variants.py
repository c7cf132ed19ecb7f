"""Pages on other data: labels of their own, nothing that belongs to the first page."""

from book.variants import as_variant

TOP = """(main)=
# Title

Text on {ref}`main` and {numref}`fig-lines`, {ref}`elsewhere`, main-thing.
"""
FIGURES = """```{glue:figure} lines
:name: fig-lines

A caption.
```

```{figure} ../figures/live.png
:name: live-lines

Only of the first page.
```

## Verdicts
"""
EXERCISES = """## Exercises

```{exercise}
:label: exercise-one
Do it.
```

## Provenance
"""


def markdown(text):
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code(*tags):
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": "x = 1"}


def test_a_variant_has_its_own_labels_and_no_exercises():
    cells = [markdown(TOP), code(), markdown(FIGURES), markdown("## Check yourself\n")]
    cells += [code("self-check"), markdown(EXERCISES), code("hide-input")]
    made = as_variant({"cells": cells}, "05_mnist", "MNIST")
    texts = ["".join(c["source"]) for c in made["cells"] if c["cell_type"] != "code"]
    whole = "\n".join(texts)
    assert "# Title: MNIST" in texts[0]
    assert texts[0].startswith("(main-05-mnist)=")
    assert "{ref}`main-05-mnist` and {numref}`fig-lines-05-mnist`" in whole
    assert "{ref}`elsewhere`, main-thing" in whole  # not labels of this page
    assert "```{glue:figure} lines\n:name: fig-lines-05-mnist" in whole
    for word in ("live-lines", "exercise", "Check yourself"):
        assert word not in whole
    assert "## Verdicts" in whole
    assert "## Provenance" in whole
    assert [c for c in made["cells"] if c["cell_type"] == "code"] == [
        cells[1],
        cells[6],
    ]
