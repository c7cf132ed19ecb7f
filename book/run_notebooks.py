"""Runs notebooks into pages, one per core; every failure is reported at the end."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from book.gate import gate, normalize
from book.layout import Layout
from book.page_list import Page
from book.warm_kernel import ROOT, WarmKernelManager, can_fork, start

KERNEL = "lipgan-book"


@contextmanager
def kernel_of_this_python(store: Path) -> Iterator[str]:
    """Makes a kernelspec for the running interpreter known to Jupyter.

    Its kernels compute with one thread, for there is one of them per core. A `python3`
    kernelspec of the user may point to another Python, so the build never relies on
    it; the user's IPython start-up files are left out as well.

    Args:
        store: folder of run records, handed to the notebooks as `LIPGAN_STORE`.

    Yields:
        The name of the kernelspec.
    """
    from ipykernel.kernelspec import get_kernel_dict

    with tempfile.TemporaryDirectory(prefix="lipgan-kernel-") as folder:
        spec = Path(folder) / "kernels" / KERNEL / "kernel.json"
        spec.parent.mkdir(parents=True)
        kernel = get_kernel_dict()
        kernel["argv"][0] = sys.executable
        # ipykernel 7 warns about plain TCP at each start, even on the loopback, and
        # takes the interrupt that comes before a shutdown for an error.
        kernel["argv"].append("--log-level=CRITICAL")
        spec.write_text(json.dumps(kernel), "utf-8")
        changes = {
            "JUPYTER_PATH": _before("JUPYTER_PATH", folder),
            "PYTHONPATH": _before("PYTHONPATH", str(ROOT)),  # for forked kernels
            "IPYTHONDIR": str(Path(folder) / "ipython"),
            "LIPGAN_STORE": str(store.resolve()),
            "OMP_NUM_THREADS": "1",
            # Pages show figures that are glued in; inline, each is drawn twice more.
            "MPLBACKEND": "agg",
        }
        before = {name: os.environ.get(name) for name in changes}
        os.environ.update(changes)
        try:
            yield KERNEL
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def _before(variable: str, folder: str) -> str:
    """A search path of the environment with one more folder, which comes first."""
    known = os.environ.get(variable)
    return folder + (os.pathsep + known if known else "")


def run_page(page: Page, parameters: dict[str, Any], layout: Layout) -> list[str]:
    """Runs one notebook; it becomes a page only when it passes the gate.

    Args:
        page: the page.
        parameters: checked parameters (`page_list.check_parameters`).
        layout: where to read and write.

    Returns:
        One line per problem; empty when the page was written.
    """
    import nbformat

    layout.pages.mkdir(parents=True, exist_ok=True)
    layout.failed.mkdir(parents=True, exist_ok=True)
    draft = layout.failed / f"{page.name}.ipynb"
    final = layout.pages / f"{page.name}.ipynb"
    final.unlink(missing_ok=True)
    draft.unlink(missing_ok=True)
    reason = _execute(page, parameters, draft, layout.root)
    if not draft.is_file():
        return [reason]
    executed = nbformat.read(draft, as_version=4)
    source = nbformat.read(page.notebook, as_version=4)
    problems = gate(executed, source, [layout.root, layout.store])
    if reason and all(line.startswith("not executed") for line in problems):
        problems = [reason, *problems]
    if not problems:
        nbformat.write(normalize(executed), draft)
        draft.replace(final)
    return problems


def _timed_page(
    page: Page, parameters: dict[str, Any], layout: Layout
) -> tuple[list[str], float]:
    start = time.perf_counter()
    return run_page(page, parameters, layout), time.perf_counter() - start


def _execute(page: Page, parameters: dict[str, Any], draft: Path, root: Path) -> str:
    """Executes into `draft`; returns why it stopped, or nothing."""
    import papermill
    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop()  # of this thread; nobody else would close it
    how = {"kernel_manager_class": WarmKernelManager} if can_fork() else {}
    try:
        papermill.execute_notebook(
            str(page.notebook),
            str(draft),
            parameters=parameters,
            kernel_name=KERNEL,
            language="python",
            cwd=str(root),
            progress_bar=False,
            start_timeout=180,
            **how,
        )
    except Exception as error:  # whatever stops one page must not stop the others
        lines = str(error).strip().splitlines() or [""]
        return f"{type(error).__name__}: {lines[-1]}"
    finally:
        loop.close()
    return ""


def run_pages(
    jobs: list[tuple[Page, dict[str, Any]]],
    layout: Layout,
    say: Callable[[str], None] = print,
) -> dict[str, list[str]]:
    """Runs the pages that changed, and carries on after a failure.

    Args:
        jobs: pages with their checked parameters.
        layout: where to read and write.
        say: receives one line per page.

    Returns:
        Problems by page name; pages without problems are left out.
    """
    failures: dict[str, list[str]] = {}
    common = stamp_of_inputs(layout)
    # What a page is made from is noted before it is: an edit meanwhile must outdate it.
    sources = {page.name: digests_of_sources(page, layout.root) for page, _ in jobs}
    outdated = [
        job
        for job in jobs
        if not is_current(*job, layout, common, sources[job[0].name])
    ]
    if len(outdated) < len(jobs):
        say(f"  {len(jobs) - len(outdated)} pages are unchanged")
    if outdated and can_fork():
        start()
    with (
        kernel_of_this_python(layout.store),
        ThreadPoolExecutor(max_workers=os.cpu_count()) as threads,
    ):
        running: dict[Future[tuple[list[str], float]], Page] = {
            threads.submit(_timed_page, page, parameters, layout): page
            for page, parameters in outdated
        }
        try:
            for number, future in enumerate(as_completed(running), start=1):
                name = running[future].name
                problems, seconds = future.result()
                end = "FAILED" if problems else "done"
                say(f"  [{number}/{len(outdated)}] {name}: {end} ({seconds:.0f} s)")
                if problems:
                    failures[name] = problems
        except BaseException:  # an interruption must not wait for pages in line
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    done = [job for job in jobs if job[0].name not in failures]
    # The store last: records that a later page adds must not outdate an earlier one.
    common["store"] = digest([layout.store], layout.store)
    for page, parameters in done:
        write_stamp(page, parameters, layout, common, sources[page.name])
    if layout.failed.is_dir() and not any(layout.failed.iterdir()):
        shutil.rmtree(layout.failed)
    return failures


def digest(paths: list[Path], base: Path) -> str:
    """Hashes names and contents of files.

    Args:
        paths: files, and folders that are read with everything below them.
        base: folder that the names are relative to.

    Returns:
        Hexadecimal SHA-256.
    """
    total = hashlib.sha256()
    files: list[Path] = []
    for path in paths:
        files += path.rglob("*") if path.is_dir() else [path]
    for file in sorted(file for file in files if file.is_file()):
        name = file.relative_to(base)
        hidden = any(part.startswith(".") for part in name.parts)
        if hidden or file.suffix in {".pyc", ".tmp", ".lock"}:
            continue
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{name.as_posix()} {content}\n".encode())
    return total.hexdigest()


def stamp_of_inputs(layout: Layout) -> dict[str, str]:
    """Hashes what all pages share: the pins, the evidence, the store."""
    root = layout.root
    return {
        "python": sys.version.split()[0],
        "requirements": digest([root / "requirements.txt"], root),
        "evidence": digest([root / "book" / "data"], root),
        "store": digest([layout.store], layout.store),
    }


def digest_of_package(page: Page, root: Path) -> str:
    """Hash of the code that a page runs.

    That is the package without its command line, and without the figures and tables of
    claims that the notebook does not name; criteria are judged together.
    """
    text = page.notebook.read_text("utf-8")
    package = root / "lipgan"

    def used(path: Path) -> bool:
        place = path.relative_to(package).parts
        if place[0] == "cli":
            return False
        shown = place[0] == "claims" and place[-1] in ("figures.py", "tables.py")
        return not shown or f"lipgan.claims.{place[1]}" in text

    files = [path for path in package.rglob("*") if path.is_file() and used(path)]
    return digest(files, root)


def digests_of_sources(page: Page, root: Path) -> dict[str, str]:
    """Hashes of what is written by hand: the notebook, and the code that it runs."""
    return {
        "notebook": digest([page.notebook], page.notebook.parent),
        "package": digest_of_package(page, root),
    }


def _stamp(page: Page, parameters: dict[str, Any], layout: Layout) -> dict[str, Any]:
    executed = layout.pages / f"{page.name}.ipynb"
    return {
        "page": digest([executed], executed.parent),
        "parameters": json.loads(json.dumps(parameters)),
    }


def write_stamp(
    page: Page,
    parameters: dict[str, Any],
    layout: Layout,
    common: dict[str, str],
    sources: dict[str, str],
) -> None:
    """Notes beside a page what it was made from."""
    stamp = {**common, **sources, **_stamp(page, parameters, layout)}
    text = json.dumps(stamp, indent=1, sort_keys=True) + "\n"
    (layout.pages / f"{page.name}.json").write_text(text, "utf-8")


def is_current(
    page: Page,
    parameters: dict[str, Any],
    layout: Layout,
    common: dict[str, str],
    sources: dict[str, str],
) -> bool:
    """Tells whether a page exists and everything it was made from is unchanged."""
    stamp = layout.pages / f"{page.name}.json"
    if not stamp.is_file() or not (layout.pages / f"{page.name}.ipynb").is_file():
        return False
    try:
        noted = json.loads(stamp.read_text("utf-8"))
    except ValueError:
        return False
    return bool(noted == {**common, **sources, **_stamp(page, parameters, layout)})
