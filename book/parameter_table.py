"""The table of what can be changed on a page, made from its `parameters` cell.

The cell is folded on the page; this stands in its place. Meanings are the comments of
the cell, so that notebook and page cannot differ.
"""

from __future__ import annotations

import ast
import re
from typing import Any

LINE = re.compile(r"(?P<name>\w+)\s*:\s*\w+\s*=\s*(?P<rest>.+)")
# What the paper did, where it says so; other parameters are this book's own.
IN_THE_PAPER = {
    "scale": "`paper`",
    "seeds": "not stated",
    "dataset": "MNIST, CIFAR-10, CelebA",
    "device": "one GPU",
    "with_srn": "in the supplement",
    "point_k": "not stated",
    "ring_k": "not stated",
}
SHARED = "{doc}`how they are used <../how_to_run>`"


def parameter_rows(source: str) -> list[tuple[str, str, str]]:
    """Name, default and meaning of each parameter, in the order of the cell.

    Args:
        source: of the cell, one parameter a line with its meaning as a comment.
    """
    rows = []
    for line in source.splitlines():
        if match := LINE.fullmatch(line.strip()):
            value, _, meaning = match["rest"].partition("  # ")
            rows.append((match["name"], _shown(value.strip()), meaning.strip()))
    return rows


def _shown(value: str) -> str:
    """A default as a reader types it, a list without the quotes around its names."""
    found = ast.literal_eval(value)
    if isinstance(found, list):
        return ", ".join(map(str, found))
    return str(found) if found != "" else "none"


def parameter_table(source: str) -> str:
    """The table as Markdown, folded; empty for a cell without parameters."""
    rows = parameter_rows(source)
    if not rows:
        return ""
    lines = [
        "```{dropdown} What can be changed",
        "| parameter | default | meaning | in the paper |",
        "|---|---|---|---|",
        *(
            f"| `{name}` | {default} | {meaning} | {IN_THE_PAPER.get(name, '–')} |"
            for name, default, meaning in rows
        ),
        "",
        f"These are the parameters of the notebook behind this page: {SHARED}.",
        "```",
    ]
    return "\n".join(lines)


def with_parameter_table(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with the table before its cells of parameters, which are folded."""
    cells: list[dict[str, Any]] = []
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", [])
        if "injected-parameters" in tags:
            cell = _folded(cell, "Code: the values of this page")
        if "parameters" in tags:
            text = parameter_table("".join(cell["source"]))
            cell = _folded(cell, "Code: parameters and their defaults")
            if text:
                extra = {"cell_type": "markdown", "metadata": {}, "source": text}
                cells.append({**extra, "id": "parameter-table"})
        cells.append(cell)
    return {**notebook, "cells": cells}


def _folded(cell: dict[str, Any], title: str) -> dict[str, Any]:
    """The cell with its source folded on the page, under this title."""
    tags = sorted({*cell["metadata"].get("tags", []), "hide-input"})
    titles = {"code_prompt_show": title, "code_prompt_hide": title}
    metadata = {**cell["metadata"], "tags": tags, "mystnb": titles}
    return {**cell, "metadata": metadata}
