"""Seconds to import the package and to print its help, beside importing torch alone.

Usage: python -m benchmarks.startup
"""

import subprocess
import sys
import time

COMMANDS = {
    "import torch": ["-c", "import torch"],
    "import lipgan": ["-c", "import lipgan"],
    "import lipgan, and all of it that trains": ["-c", "import lipgan.sweep.run"],
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
