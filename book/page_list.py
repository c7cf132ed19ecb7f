"""The list of pages (`pages.yml`), the table of contents, and strict parameters.

Papermill only warns about a misspelt parameter and runs on with the defaults, and
plain YAML turns `1e-11` into a string. Here the first is refused, and the second read
as a number, before a kernel starts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lipgan.support.parameters import coerce

PAGE_NAME = re.compile(r"[A-Za-z0-9_]+")
GENERATED_PAGES = ("claims", "report")
DEFAULT_SCALE = "embedded"


class PagesError(ValueError):
    """The list of pages, a parameter or the table of contents is wrong."""


@dataclass(frozen=True)
class Page:
    """One page of the book: a notebook and the parameters it is run with."""

    name: str
    notebook: Path
    parameters: dict[str, Any]
    asks: str = ""  # what the page before it leads to


def read_yaml(path: Path) -> Any:
    """Reads a YAML file.

    Args:
        path: the file.

    Returns:
        The parsed content.

    Raises:
        FileNotFoundError: there is no such file.
        PagesError: the file is not valid YAML.
    """
    if not path.is_file():
        raise FileNotFoundError(f"file {path} does not exist")
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise PagesError(f"{path}: not valid YAML: {reason}") from None


def load_pages(root: Path) -> list[Page]:
    """Reads `book/pages.yml` of the project at `root`.

    Args:
        root: folder that holds `book/` and `notebooks/`.

    Returns:
        The pages in the order of the file.

    Raises:
        PagesError: an entry is malformed, repeated, or its notebook is missing.
        FileNotFoundError: `book/pages.yml` does not exist.
    """
    path = root / "book" / "pages.yml"
    entries = read_yaml(path)
    if not isinstance(entries, list) or not entries:
        raise PagesError(f"{path.name}: expected a list of pages, got {entries!r}")
    pages = [_page(root, entry) for entry in entries]
    names = [page.name for page in pages]
    for name in names:
        if names.count(name) > 1 or name in GENERATED_PAGES:
            raise PagesError(f"pages.yml: page {name!r} appears twice or is reserved")
    return pages


def _page(root: Path, entry: Any) -> Page:
    keys = {"page", "notebook", "parameters"}
    if not isinstance(entry, dict) or set(entry) - {"asks"} != keys:
        raise PagesError(f"pages.yml: entry {entry!r}: expected keys {sorted(keys)}")
    name, parameters = entry["page"], entry["parameters"] or {}
    if not isinstance(name, str) or not PAGE_NAME.fullmatch(name):
        raise PagesError(f"pages.yml: page {name!r}: use letters, digits and _ only")
    if not isinstance(parameters, dict):
        raise PagesError(f"pages.yml: {name}: parameters {parameters!r}: not a mapping")
    notebook = root / str(entry["notebook"])
    if not notebook.is_file():
        raise PagesError(f"pages.yml: {name}: notebook {entry['notebook']} is missing")
    return Page(name, notebook, parameters, str(entry.get("asks", "")))


def toc_files(root: Path) -> list[str]:
    """Lists the files named in `_toc.yml`, root page first, without suffix."""
    toc = read_yaml(root / "_toc.yml")

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in ("root", "file"):
                    yield str(value)
                else:
                    yield from walk(value)
        elif isinstance(node, list):
            for item in node:
                yield from walk(item)

    return list(walk(toc))


def check_toc(root: Path, pages: list[Page]) -> None:
    """Refuses a table of contents that does not match the pages.

    Args:
        root: project folder with `_toc.yml` and `book/`.
        pages: the pages of `pages.yml`.

    Raises:
        PagesError: a page is missing from `_toc.yml`, or `_toc.yml` names a file that
            neither exists nor is built.
    """
    files = toc_files(root)
    built = {f"book/pages/{name}" for name in GENERATED_PAGES}
    built |= {f"book/pages/{page.name}" for page in pages}
    for name in sorted(built - set(files)):
        raise PagesError(f"_toc.yml: page {name} of pages.yml is missing")
    for name in files:
        if name not in built and not (root / f"{name}.md").is_file():
            raise PagesError(f"_toc.yml: {name} is neither a file nor in pages.yml")


def accepted_parameters(notebook: Path) -> dict[str, Any]:
    """Reads names and literal defaults of a notebook's `parameters` cell.

    Args:
        notebook: path of the notebook.

    Returns:
        Mapping from name to default value.

    Raises:
        PagesError: a default is not a Python literal.
    """
    import papermill

    defaults = {}
    for name, found in papermill.inspect_notebook(str(notebook)).items():
        try:
            defaults[name] = ast.literal_eval(found["default"])
        except (ValueError, SyntaxError):
            raise PagesError(
                f"{notebook.name}: parameter {name}: default {found['default']} "
                "is not a literal (number, text, list, mapping, True, False, None)"
            ) from None
    return defaults


def check_parameters(page: Page, scale: str) -> dict[str, Any]:
    """Checks a page's parameters against its notebook, without starting a kernel.

    A page may name its own `scale` in `pages.yml` (to show committed records of the
    paper's scale); it holds in the default build. Any other build decides by itself
    and asks for one seed, for there is no published evidence that it could load.

    Args:
        page: the page.
        scale: scale of the build, passed as the parameter `scale`.

    Returns:
        The parameters to inject, as plain Python values of the declared types.

    Raises:
        PagesError: unknown name, or a value of another type than the default's.
    """
    defaults = accepted_parameters(page.notebook)
    values = {"scale": scale, **page.parameters}
    if scale != DEFAULT_SCALE:
        values["scale"] = scale
    where = page.notebook.name
    for name in values:
        if name not in defaults:
            accepted = ", ".join(defaults) or "none (no cell tagged 'parameters')"
            raise PagesError(
                f"{where}: unknown parameter {name!r}; accepted: {accepted}"
            )
    checked = {}
    for name, value in values.items():
        try:
            checked[name] = coerce(value, defaults[name])
        except TypeError as error:
            raise PagesError(f"{where}: parameter {name}: {error}") from None
    if scale != DEFAULT_SCALE and "seeds" in defaults:
        checked["seeds"] = [0]
    return checked
