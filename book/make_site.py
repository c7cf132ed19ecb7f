"""Makes the site out of executed pages: stage the sources, build, check, replace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from book import page_footer
from book.layout import BuildError, Layout
from book.page_list import GENERATED_PAGES, load_pages, toc_files
from book.site_checks import site_problems
from book.slim import slim


def stage(layout: Layout) -> Path:
    """Copies what the book consists of into a folder of its own.

    Jupyter Book walks through the whole folder it is given, which would be the
    project with its virtual environment.

    Args:
        layout: where to read and write.

    Returns:
        The staged source folder.

    Raises:
        BuildError: a page has not been run yet.
    """
    source = layout.work / "source"
    shutil.rmtree(source, ignore_errors=True)
    (source / "book" / "pages").mkdir(parents=True)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(layout.root / name, source / name)
    book = layout.root / "book"
    for path in [*book.glob("*.md"), *book.glob("*.bib"), book / "drop_thebe.py"]:
        shutil.copy(path, source / "book" / path.name)
    # Jupyter Book links scripts and styles only from `_static` at the top.
    # The scripts of figures go past it, see `figure_data.install`.
    shutil.copytree(
        book / "_static", source / "_static", ignore=shutil.ignore_patterns("figures")
    )
    if layout.figures.is_dir():
        shutil.copytree(layout.figures / "pictures", source / "book" / "figures")
    if (layout.pages / "scoreboard.md").is_file():
        shutil.copy(layout.pages / "scoreboard.md", source / "book" / "pages")
    target = source / "book" / "pages"
    for name in GENERATED_PAGES:
        shutil.copy(_made(layout, f"{name}.md"), target)
    for page in load_pages(layout.root):
        executed = _made(layout, f"{page.name}.ipynb")
        page_footer.publish(page, executed, target / executed.name, layout.root)
    return source


def _made(layout: Layout, name: str) -> Path:
    made = layout.pages / name
    if not made.is_file():
        raise BuildError(f"page {made.stem} has not been run: leave out --pages")
    return made


def make_site(layout: Layout) -> Path:
    """Builds the site, checks it, and only then puts it in place of the old one.

    Args:
        layout: where to read and write.

    Returns:
        Path of `index.html`.

    Raises:
        BuildError: Jupyter Book warned, or the site has a problem.
    """
    from book import figure_data

    source = stage(layout)
    shutil.rmtree(layout.work / "_build", ignore_errors=True)
    # Jupyter Book 1 has no `python -m`; its script may belong to another Python.
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", str(source)]
    command += ["--path-output", str(layout.work), "-W", "-n", "--keep-going", "-q"]
    log = layout.work / "jupyter-book.log"
    with log.open("w", encoding="utf-8") as output:
        code = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "NO_COLOR": "1"},
            check=False,
        ).returncode
    if code:
        raise BuildError(f"jupyter-book failed:\n{_warnings(log)}\n  whole log: {log}")
    built = layout.work / "_build" / "html"
    scripts = layout.root / "book" / "_static" / "figures"
    figure_data.install(scripts, layout.figures, built)
    slim(built)
    problems = site_problems(built, toc_files(layout.root))
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise BuildError(f"the site has {len(problems)} problems:\n{lines}")
    site = layout.work / "html"
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(built, site)
    return site / "index.html"


def _warnings(log: Path) -> str:
    lines = log.read_text("utf-8").splitlines()
    chosen = [one for one in lines if "WARNING" in one or "ERROR" in one]
    return "\n".join(f"  {one.strip()}" for one in chosen or lines[-15:])
