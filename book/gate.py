"""The publish gate: what an executed notebook must satisfy to become a page.

Jupyter Book publishes a failed notebook without a warning when execution is off, so
this is checked here, on the file that Papermill wrote.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

INJECTED = "injected-parameters"
ERROR_MARKER = "papermill-error-cell-tag"


def private_paths(folders: list[Path]) -> re.Pattern[str]:
    """Compiles a search for paths of this machine that must not be published.

    Args:
        folders: project folder, store and the like; the home folder if there is one,
            the interpreter's prefix and the folder for temporary files are added.

    Returns:
        Pattern that matches any of them as a whole path component.
    """
    here = map(Path, (os.path.expanduser("~"), sys.prefix, tempfile.gettempdir()))
    private = {folder.resolve() for folder in folders}
    private |= {folder for folder in here if folder.is_absolute()}  # no user, no home
    private -= {Path("/"), Path("/usr"), Path("/usr/local")}
    longest_first = sorted((str(one) for one in private), key=len, reverse=True)
    return re.compile(
        r"(?<![\w.])(" + "|".join(map(re.escape, longest_first)) + r")(?![\w.-])"
    )


def gate(executed: Any, source: Any, folders: list[Path]) -> list[str]:
    """Finds every reason not to publish an executed notebook.

    Cells are counted as in the source, from 1.

    Args:
        executed: notebook as Papermill wrote it, before `normalize`.
        source: the notebook it was made from.
        folders: folders whose paths must not be printed.

    Returns:
        One line per problem; an empty list means that it may be published.
    """
    problems = []
    if executed.metadata.get("papermill", {}).get("exception"):
        problems.append("the run stopped with an exception")
    if _cells(executed) != _cells(source):
        problems.append("its cells differ from those of the source")
    private = private_paths(folders)
    number, unfinished = 0, []
    for cell in executed.cells:
        tags = cell.metadata.get("tags", [])
        if ERROR_MARKER in tags:
            continue
        number += INJECTED not in tags
        if cell.cell_type == "code" and cell.source.strip():
            where = f"cell {number}"
            problems += [f"{where}: {text}" for text in _output_problems(cell, private)]
            if not _completed(cell):
                unfinished.append(str(number))
    if unfinished:
        problems.append(f"not executed to the end: cell {', '.join(unfinished)}")
    return problems


def _completed(cell: Any) -> bool:
    status = cell.metadata.get("papermill", {}).get("status")
    return cell.execution_count is not None and status == "completed"


def _cells(notebook: Any) -> list[tuple[str, str]]:
    generated = {INJECTED, ERROR_MARKER}
    return [
        (cell.cell_type, cell.source)
        for cell in notebook.cells
        if not generated & set(cell.metadata.get("tags", []))
    ]


def _output_problems(cell: Any, private: re.Pattern[str]) -> list[str]:
    problems = []
    for output in cell.outputs:
        if output.output_type == "error":
            problems.append(f"{output.ename}: {_first_line(output.evalue)}")
            continue
        if output.output_type == "stream" and output.name == "stderr":
            problems.append(f"wrote to stderr: {_first_line(output.text)}")
        if _is_figure_without_picture(output.get("data", {})):
            problems.append("a figure has no picture")
        found = private.search(_text(output))
        if found:
            problems.append(f"shows the path {found[0]} of this machine")
    return problems


def _is_figure_without_picture(data: Any) -> bool:
    """Whether a figure, shown or glued, is only the words that name it."""
    words = " ".join(str(text) for kind, text in data.items() if "text/plain" in kind)
    return words.startswith("<Figure size") and not any("image/" in k for k in data)


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0][:200]


def _text(output: Any) -> str:
    """All readable text of an output; images are left out."""
    if output.output_type == "stream":
        return str(output.text)
    shown = {
        kind: data
        for kind, data in output.get("data", {}).items()
        if not kind.startswith("image/") or kind == "image/svg+xml"
    }
    return json.dumps(shown, ensure_ascii=False)


def normalize(notebook: Any) -> Any:
    """Drops times and paths, so that the same run gives the same file.

    Args:
        notebook: an executed notebook; changed in place.

    Returns:
        The same notebook.
    """
    parameters = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata["papermill"] = {"parameters": parameters}
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    for number, cell in enumerate(notebook.cells):
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if INJECTED in cell.metadata.get("tags", []):
            cell["id"] = f"{INJECTED}-{number}"
    return notebook
