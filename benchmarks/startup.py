"""Seconds to import the package, what a page needs of it, and to print its help.

Importing torch alone stands beside them.

Usage: python -m benchmarks.startup
"""

import subprocess
import sys
import time

PAGE = """
from IPython.display import Markdown, display
from myst_nb import glue
from lipgan import experiments
from lipgan.claims import domains, draw, exercises, measures, page
from lipgan.claims.fid_against_alpha import figures, tables
from lipgan.claims.html_table import HtmlTable
from lipgan.claims.judge import judge_parts
from lipgan.sweep import run_or_load
run_or_load([])
"""
COMMANDS = {
    "import torch": ["-c", "import torch"],
    "import lipgan": ["-c", "import lipgan"],
    "import lipgan, and all of it that trains": ["-c", "import lipgan.sweep.run"],
    "imports of a page of the book": ["-c", PAGE],
    "python -m lipgan --help": ["-m", "lipgan", "--help"],
}


def main() -> None:
    """Print the fastest of five starts of each."""
    best = dict.fromkeys(COMMANDS, float("inf"))
    for _ in range(5):
        for name, arguments in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, *arguments], check=True, capture_output=True
            )
            best[name] = min(best[name], time.perf_counter() - start)
    for name, seconds in best.items():
        print(f"{name}: {seconds:.2f} s, {seconds / best['import torch']:.2f} x torch")


if __name__ == "__main__":
    main()
