"""Imports keep the contracts in pyproject.toml, and few modules touch the disk."""

import ast
import fnmatch
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lipgan"
CONTRACTS = {
    contract["name"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}
MAY_DRAW = (
    "lipgan.claims.*.figures",
    *("lipgan.claims.draw", "lipgan.claims.heat", "lipgan.claims.style"),
)
MAY_USE_DISK = {
    *("data/expected.py", "data/image_files.py", "support/messages.py"),
    *("features/inception.py", "features/shipped.py"),
    *("runs/atomic.py", "runs/evidence.py", "runs/files.py", "runs/networks.py"),
    "runs/table.py",
    *("sweep/publish.py", "training/checkpoints.py", "training/reference.py"),
}
DISK = {
    *("open", "write_text", "write_bytes", "read_text", "read_bytes", "mkdir"),
    *("unlink", "savez", "savetxt", "save_file", "load_file", "savefig"),
}


def lint(folder):
    """The contracts, held against the package in this folder."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            *("--no-cache", "--config", str(ROOT / "pyproject.toml")),
        ],
        **{"capture_output": True, "text": True, "cwd": folder, "check": False},
        env={**os.environ, "PYTHONPATH": str(folder)},
    )


def test_imports_keep_the_contracts():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("gan/losses.py", "from lipgan.runs import Run", "Rooms import only"),
        ("data/sets.py", "from lipgan import sweep", "Rooms import only"),
        ("new_room.py", "", "Rooms import only"),
        ("claims/bound/tables.py", "from lipgan.claims.page import badge", "Claims kn"),
        ("claims/judge.py", "import matplotlib.pyplot", "Only figures draw"),
        ("claims/toys/tables.py", "import seaborn", "Only figures draw"),
        ("claims/toys/criteria.py", "import pandas", "Only tables are"),
    ],
)
def test_forbidden_imports_are_found(module, line, broken, tmp_path):
    copied = shutil.copytree(
        PACKAGE, tmp_path / "lipgan", ignore=shutil.ignore_patterns("*.pyc", "weights")
    )
    with (copied / module).open("a") as file:
        file.write(f"\n{line}\n")
    done = lint(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    found = re.findall(r"^(.+) BROKEN\b", done.stdout, re.M)
    assert [name[: len(broken)] for name in found] == [broken]


def between_rooms(claims):
    """Imports of one claim by another, as (module, name of the other)."""
    rooms = {path.parent.name for path in claims.glob("*/__init__.py")}
    found = set()
    for path in claims.glob("*/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = {f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            else:
                continue
            others = {n.split(".")[2] for n in names if n.startswith("lipgan.claims.")}
            own = path.parent.name
            found |= {(f"{own}.{path.stem}", o) for o in others & rooms - {own}}
    return found


def test_claims_do_not_import_one_another(tmp_path):
    allowed = {("images.validity", "domain_against_k")}  # one criterion, other data
    assert between_rooms(PACKAGE / "claims") == allowed
    copied = shutil.copytree(PACKAGE / "claims", tmp_path / "claims")
    for number, line in enumerate(
        ["from lipgan.claims.roads import tables", "from lipgan.claims import toys"]
    ):
        (copied / "bound" / f"new{number}.py").write_text(line)
    new = {("bound.new0", "roads"), ("bound.new1", "toys")}
    assert between_rooms(copied) == allowed | new


def modules():
    parts = (p.relative_to(ROOT).with_suffix("").parts for p in PACKAGE.rglob("*.py"))
    return {".".join(p).removesuffix(".__init__") for p in parts}


def test_every_module_is_under_contract():
    rooms = {
        f"lipgan.claims.{p.parent.name}" for p in PACKAGE.glob("claims/*/__init__.py")
    }
    sources = CONTRACTS["Only figures draw"]["source_modules"]
    bare = {"lipgan", "lipgan.claims", *rooms}  # they import nothing from outside
    free = [
        name
        for name in modules() - bare
        if not any(fnmatch.fnmatch(name, pattern) for pattern in MAY_DRAW)
        and not any(
            fnmatch.fnmatch(name, s) or name.startswith(f"{s}.") for s in sources
        )
    ]
    assert free == []


def disk_lines(source):
    """Lines in which a module touches the disk."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if disk(call)]


def disk(call):
    function = call.func
    if isinstance(function, ast.Name):
        return function.id in DISK
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    saves = owner in {"np", "numpy", "torch"} and function.attr in {"save", "load"}
    return saves or function.attr in DISK


@pytest.mark.parametrize(
    "name", sorted(p.relative_to(PACKAGE).as_posix() for p in PACKAGE.rglob("*.py"))
)
def test_few_modules_touch_the_disk(name):
    found = disk_lines((PACKAGE / name).read_text("utf-8"))
    assert name in MAY_USE_DISK or found == []


@pytest.mark.parametrize(
    "source",
    [
        "import torch\ntorch.save(1, 'x')",
        "open('x')",
        "from pathlib import Path\nPath('x').write_text('')",
    ],
)
def test_use_of_the_disk_is_found(source):
    assert disk_lines(source)
    assert disk_lines("import torch\nfrom lipgan.gan import losses\n") == []


def test_import_of_the_package_needs_torch_and_numpy_alone():
    optional = "matplotlib pandas PIL pytorch_fid safetensors scipy seaborn sklearn"
    names = [*optional.split(), "torchvision"]
    code = f"import sys; sys.modules.update(dict.fromkeys({names!r})); import lipgan"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
