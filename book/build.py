"""Builds the book: checks, runs the notebooks, gates them, and makes the site.

Usage: python book/build.py [--scale embedded] [--store DIR] [--pages NAME ...]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from book.layout import BuildError, Layout, alone, ensure_home  # noqa: E402
from book.make_site import make_site  # noqa: E402
from book.page_list import (  # noqa: E402
    DEFAULT_SCALE,
    Page,
    PagesError,
    check_parameters,
    check_toc,
    load_pages,
)
from book.run_notebooks import run_pages  # noqa: E402
from book.warm_kernel import beside, can_fork, start  # noqa: E402


def train_claims(layout: Layout) -> None:
    """Trains the headline and whatever the evidence lacks, with progress.

    The headline is seed 0 of the claims that are `live`; it is trained here even where
    it is published, so that the reader sees results of their own. Scales without
    published evidence train one seed of everything.

    Args:
        layout: where to read and write.

    Raises:
        BuildError: a record in the store is not sound.
    """
    from lipgan.claims.judge import CLAIMS
    from lipgan.runs import RunStore
    from lipgan.runs.evidence import open_records
    from lipgan.sweep import run_or_load

    evidence = open_records(layout.root / "book" / "data")
    configs = []
    for claim in CLAIMS.values():
        seeds = range(claim.seeds if layout.scale == DEFAULT_SCALE else 1)
        needed = claim.configs(layout.scale, seeds)
        configs += [
            c for c in needed if (claim.live and c.seed == 0) or c not in evidence
        ]
    try:
        run_or_load(configs, RunStore(layout.store), progress=_indented)
    except ValueError as error:
        raise BuildError(f"training: {error}") from error


def _indented(line: str) -> None:
    print(f"  {line}", flush=True)


def check_only(
    pages: Sequence[Page], only: Sequence[str], layout: Layout, execute_only: bool
) -> None:
    """Refuses a choice of pages that cannot be run, or that leaves holes in the site.

    Args:
        pages: all of the book.
        only: names of those that are to be run now; all when empty.
        layout: where to read and write.
        execute_only: whether no site is made.

    Raises:
        PagesError: there is no such page, or another page was never built.
    """
    names = [page.name for page in pages]
    for name in only:
        if name not in names:
            raise PagesError(f"--pages: unknown page {name!r}; accepted: {names}")
    there = {path.stem for path in layout.pages.glob("*.ipynb")} | set(only)
    lacking = [name for name in names if name not in there]
    if only and lacking and not execute_only:
        raise PagesError(
            f"--pages: never built: {', '.join(lacking)}; build the whole book once, "
            "or add --execute-only"
        )


def make_pages(layout: Layout, only: list[str] | None = None) -> None:
    """Runs the notebooks of `book/pages.yml` into executed pages.

    Args:
        layout: where to read and write.
        only: names of the pages to run; all when empty.

    Raises:
        PagesError: a page, a parameter or the table of contents is wrong.
        BuildError: at least one page failed; all failures are listed.
    """
    pages = load_pages(layout.root)
    check_toc(layout.root, pages)
    jobs = [(page, check_parameters(page, layout.scale)) for page in pages]
    chosen = [job for job in jobs if not only or job[0].name in only]
    failures = run_pages(chosen, layout)
    if failures:
        lines = [f"{len(failures)} of {len(chosen)} pages failed:"]
        for name, problems in failures.items():
            lines += [f"  {name}: {problem}" for problem in problems]
        lines.append(f"  executed copies for inspection: {layout.failed}")
        raise BuildError("\n".join(lines))


def make_claims(layout: Layout) -> Mapping:
    """Writes the claims page and the report from the run records, read once.

    Args:
        layout: where to read and write.

    Returns:
        The verdicts by claim and data set.

    Raises:
        BuildError: the package cannot be imported, or a record is not sound.
    """
    try:
        from book import figure_data
        from book.report_page import report_page
        from lipgan.claims.judge import CLAIMS, Remembered
        from lipgan.claims.matrix import carried_over, matrix, matrix_markdown
        from lipgan.claims.overview import claim_verdicts, claims_page
        from lipgan.claims.page import legend
        from lipgan.runs.evidence import open_records
    except ImportError as error:
        raise BuildError(f"claims page: lipgan cannot be used: {error}") from None
    try:
        evidence = Remembered.of(open_records(layout.root / "book" / "data"))
        own = Remembered(layout.store)
        verdicts, mine = claim_verdicts(own, layout.scale, evidence)
        cells = matrix(evidence, verdicts, list(CLAIMS))
        text = claims_page(cells, mine, layout.scale)
        report = report_page(cells, evidence, layout.scale)
    except ValueError as error:  # a record that was changed or does not fit
        raise BuildError(f"claims page: {error}") from error
    layout.pages.mkdir(parents=True, exist_ok=True)
    (layout.pages / "claims.md").write_text(text.rstrip() + "\n", "utf-8")
    (layout.pages / "report.md").write_text(report, "utf-8")
    board = figure_data.scoreboard(verdicts)  # included by the front page
    small = {cell: v for cell, v in cells.items() if cell[0] in carried_over(verdicts)}
    board += f"\n{legend()}; – no criterion.\n\n"
    board += matrix_markdown(small, "pages/claims.html")
    (layout.pages / "scoreboard.md").write_text(board, "utf-8")
    return cells


def make_figures(layout: Layout, verdicts: Mapping) -> None:
    """Writes data and static pictures of the interactive figures, and the slides.

    Args:
        layout: where to read and write.
        verdicts: by claim and data set, see `make_claims`.

    Raises:
        BuildError: the published records are not sound or not complete.
    """
    from book import figure_data
    from lipgan.runs.evidence import open_records

    book = layout.root / "book"
    evidence, generators = map(open_records, (book / "data", book / "generators"))
    try:
        figure_data.write_figures(evidence, generators, verdicts, layout.figures)
    except ValueError as error:
        raise BuildError(f"figures: {error}") from error


def make_claims_and_figures(layout: Layout) -> None:
    """What is made of records alone, see `make_claims` and `make_figures`."""
    verdicts = _phase("Writing the claims page", lambda: make_claims(layout))
    _phase("Writing data of the figures", lambda: make_figures(layout, verdicts))


def build(layout: Layout, only: list[str] | None, execute_only: bool) -> None:
    """Runs all steps and prints one line per phase with its duration.

    Args:
        layout: where to read and write.
        only: names of the pages to run; all when empty.
        execute_only: stop before the claims page and the site.
    """
    pages = load_pages(layout.root)
    check_toc(layout.root, pages)
    check_only(pages, only or [], layout, execute_only)
    if can_fork():
        start()  # it imports while this process does
    _phase(f"Training ({layout.scale})", lambda: train_claims(layout))
    with nullcontext() if execute_only else beside(make_claims_and_figures, layout):
        _phase(f"Running notebooks ({layout.scale})", lambda: make_pages(layout, only))
    if not execute_only:
        index = _phase("Building the site", lambda: make_site(layout))
        print(f"The book is ready: {index}")


def _phase(title: str, step: Callable[[], Any]) -> Any:
    print(f"{title} ...", flush=True)
    start = time.perf_counter()
    result = step()
    print(f"{title}: {time.perf_counter() - start:.0f} s", flush=True)
    return result


def main(arguments: list[str] | None = None) -> int:
    """Command line.

    Args:
        arguments: command-line arguments; those of the process when `None`.

    Returns:
        0 when the book was built, 1 when something failed, 2 for a wrong call.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--scale", default=DEFAULT_SCALE, help="default: %(default)s")
    parser.add_argument("--store", type=Path, default=ROOT / "runs", metavar="DIR")
    parser.add_argument("--pages", nargs="+", metavar="NAME", help="run these only")
    parser.add_argument("--execute-only", action="store_true", help="make no site")
    chosen = parser.parse_args(arguments)
    layout = Layout(
        root=ROOT,
        scale=chosen.scale,
        store=chosen.store.resolve(),
        work=ROOT / "build" / chosen.scale,
    )
    try:
        from lipgan.config import SCALES

        if chosen.scale not in SCALES:
            raise PagesError(f"--scale: got {chosen.scale!r}; accepted: {list(SCALES)}")
        ensure_home(layout.work)
        with alone(layout.work):
            build(layout, chosen.pages, chosen.execute_only)
    except (PagesError, FileNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
