"""The box that closes every notebook page: how to run it with other parameters.

It is appended while the site is staged, so that it is never part of a notebook that
somebody edits. Buttons for Colab and Binder appear once `repository: url:` in
`_config.yml` names the project's address on GitHub; they point at tracked files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from book.page_list import Page, PagesError, load_pages, read_yaml
from book.parameter_table import with_parameter_table
from book.variants import as_variant
from lipgan.data import dataset_label

GITHUB = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+?)(\.git)?/?")
ANOTHER_SEED: dict[str, Any] = {"seeds": [7]}
# By notebook: what the example changes; a test holds it against the notebook.
VARIATIONS: dict[str, dict[str, Any]] = {
    "01_bound": {"seeds": [7], "losses": ["ns", "wgan"]},
    "02_degeneration": {"reach": 10.0},
    "03_toys": {"seeds": [7], "point_k": 10.0},
    "05_fid_against_k": {"seeds": [7], "with_srn": False},
    "12_gradient_fields": {"seeds": [7], "pictured": ["none", "gp"]},
    "costs": {"growth_file": "mine.json"},
}
MEASURED_FIRST = ("costs",)  # their command makes a file that the page reads
# What trains the same runs, or what is nearest to it, without a notebook.
COMMANDS: dict[str, tuple[str, ...]] = {
    "01_bound": ("lipgan sweep table3 --seeds 7",),
    "02_degeneration": (
        "lipgan train --loss cos --lipschitz-k 50 --alpha 1e-4 --seed 7",
    ),
    "03_toys": ("lipgan sweep figure1 --seeds 7",),
    "04_domain_against_k": ("lipgan sweep figure4 --seeds 7",),
    "05_fid_against_k": ("lipgan sweep table3 --seeds 7",),
    "06_fid_against_alpha": (
        "lipgan sweep table4a --seeds 7",
        "lipgan sweep table4b --seeds 7",
    ),
    "07_all_losses_are_one": ("lipgan sweep table5 --seeds 7",),
    "08_two_failures": ("lipgan sweep figure5 --seeds 7",),
    "09_other_metrics": ("lipgan sweep table3 --seeds 7",),
    "10_small_k": ("lipgan sweep small_k --seeds 7",),
    "11_roads": (
        "lipgan sweep roads --seeds 7",
        "lipgan sweep roads_scaled --seeds 7",
    ),
    "12_gradient_fields": ("lipgan sweep gradient_fields --seeds 7",),
    "13_one_knob": (
        "lipgan sweep collapse --seeds 7",
        "lipgan sweep plane --seeds 7",
    ),
    "14_what_the_bend_does": ("lipgan sweep mechanism --seeds 7",),
    "15_longer_training": (
        "lipgan sweep longer_training --seeds 7",
        "lipgan sweep bridge --seeds 7",
    ),
    "system_alr": ("lipgan sweep roads --seeds 7",),
    "system_lgan": ("lipgan sweep lgan --seeds 7",),
    "system_gran": ("lipgan sweep gran_k --seeds 7",),
    "costs": ("benchmarks.growth --out mine.json",),
}


def repository(root: Path) -> tuple[str, str, str] | None:
    """Owner, name and branch of the project on GitHub, from `_config.yml`.

    Returns:
        None as long as `repository: url:` is empty or missing.

    Raises:
        PagesError: the address is not one of GitHub.
    """
    found = (read_yaml(root / "_config.yml") or {}).get("repository") or {}
    url = found.get("url") or ""
    if not url:
        return None
    match = GITHUB.fullmatch(url)
    if not match:
        raise PagesError(
            f"_config.yml: repository url {url!r}: expected https://github.com/X/Y"
        )
    return match[1], match[2], found.get("branch") or "main"


def papermill_command(page: Page) -> str:
    """Runs the page's source with other values, from the folder of the project."""
    stem = page.notebook.stem
    values = page.parameters | VARIATIONS.get(stem, ANOTHER_SEED)
    text = ", ".join(f"{name}: {_yaml(value)}" for name, value in values.items())
    command = f".venv/bin/papermill notebooks/{stem}.ipynb mine.ipynb"
    return f"{command} \\\n    --cwd . -k python3 -y '{{{text}}}'"


def train_commands(page: Page) -> list[str]:
    """The same from the command line, into the store where notebooks look."""
    chosen = page.parameters.get("dataset")
    where = f" --dataset {chosen}" * bool(chosen) + " --store runs"
    commands = [
        f"{command}{where}" if command.startswith("lipgan") else command
        for command in COMMANDS.get(page.notebook.stem, ())
    ]
    return [f".venv/bin/python -m {command}" for command in commands]


def buttons(page: Page, project: tuple[str, str, str] | None) -> str:
    """Links that open the tracked notebook on Colab and Binder; empty without one."""
    if project is None:
        return ""
    owner, name, branch = project
    path = f"notebooks/{page.notebook.name}"
    colab = f"https://colab.research.google.com/github/{owner}/{name}/blob/{branch}"
    binder = f"https://mybinder.org/v2/gh/{owner}/{name}/{quote(branch, safe='')}"
    clone = f"!git clone --depth 1 https://github.com/{owner}/{name}"
    return (
        f"Elsewhere: [Binder]({binder}?labpath={quote(path, safe='')}), or "
        f"[Colab]({colab}/{path}) with two lines before the first: "
        f"`{clone} && pip install './{name}[book]'` and `%cd {name}`."
    )


def footer(page: Page, project: tuple[str, str, str] | None) -> str:
    """The box as Markdown."""
    lines = [papermill_command(page), *train_commands(page)]
    if page.notebook.stem in MEASURED_FIRST:
        lines.reverse()
    commands = "\n".join(lines)
    return f"""::::{{admonition}} Run this page with other parameters
:class: run-box dropdown

In the folder of the project, after `make book`:

```bash
{commands}
```

`papermill` runs the page; its first code cell lists what can be changed, and
`-p scale smoke` in the place of `-y` and what follows takes a minute and says nothing
about the claim. The other commands need no notebook. The button with the
arrow at the top downloads this page as a notebook. {buttons(page, project)}
::::
"""


def next_page(page: Page, pages: Sequence[Page]) -> str:
    """What the page after this one asks; empty on the last one."""
    names = [one.name for one in pages]
    after = pages[names.index(page.name) + 1 :]
    if not after or not after[0].asks:
        return ""
    return f"**Next:** {after[0].asks} {{doc}}`{after[0].name}`\n\n"


def with_footer(notebook: dict[str, Any], text: str) -> dict[str, Any]:
    """Appends the box to an executed notebook as a cell of its own."""
    cell = {"cell_type": "markdown", "id": "run-box", "metadata": {}, "source": text}
    return {**notebook, "cells": [*notebook["cells"], cell]}


def publish(page: Page, executed: Path, target: Path, root: Path) -> None:
    """Copies an executed page to where the site is built, box included."""
    made = json.loads(executed.read_text("utf-8"))
    if page.name != page.notebook.stem:
        made = as_variant(made, page.name, dataset_label(page.parameters["dataset"]))
    text = next_page(page, load_pages(root)) + footer(page, repository(root))
    whole = with_parameter_table(with_footer(made, text))
    target.write_text(json.dumps(whole, ensure_ascii=False, indent=1), "utf-8")


def _yaml(value: Any) -> str:
    """A value in YAML's flow style, on one line."""
    if isinstance(value, list):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else f"{value}"
