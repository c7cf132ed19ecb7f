"""Sphinx extension: leaves out sphinx-thebe, which Jupyter Book always loads.

Its script on every page names an address on the network; without a server behind the
book there is nothing that it could run.
"""

from __future__ import annotations

from typing import Any


def drop_thebe(app: Any, page: str, template: str, context: Any, doctree: Any) -> None:
    """Removes the scripts and styles of sphinx-thebe from one page."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if not _is_thebe(file)]


def _is_thebe(file: Any) -> bool:
    body = str(getattr(file, "attributes", {}).get("body", ""))
    return "thebe" in str(getattr(file, "filename", "") or "") or "THEBE" in body


def setup(app: Any) -> dict[str, bool]:
    """Registers the extension with Sphinx."""
    app.connect("html-page-context", drop_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
