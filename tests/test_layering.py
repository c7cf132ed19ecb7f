"""Imports go one way, one module draws, nine touch the disk."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "lipgan"
ORDER = (
    "losses push regularizers models optimizers biases digests data metrics "
    "classifiers pooled extractors inception shipped features probes config memory "
    "patches strided lifting records atomic networks runs evidence verification "
    "provenance noise cohort divergence reference evaluate checkpoints stopping steps "
    "loop training known publish catalog judge_again costs packing executors cluster "
    "rates plan sweep "
    "experiments published measures domains claims paper selfcheck report plots "
    "__main__"
).split()
MAY_USE_DISK = {
    *(
        "atomic",
        "checkpoints",
        "data",
        "evidence",
        "inception",
        "networks",
        "reference",
    ),
    *("publish", "runs", "shipped"),
}
DISK = {
    *("open", "write_text", "write_bytes", "read_text", "read_bytes", "mkdir"),
    *("unlink", "savez", "savetxt", "save_file", "load_file", "savefig"),
}


def violations(module: str, source: str) -> list[str]:
    """What a top-level module of the package must not contain."""
    found = []
    for node in ast.walk(ast.parse(source)):
        for name in imported(node):
            first, *rest = name.split(".")
            if first in {"matplotlib", "seaborn"} and module != "plots":
                found.append(f"{module} imports {first}")
            if first != "lipgan" or module == "__init__" or not rest:
                continue
            if rest[0] != module and rank(rest[0]) >= rank(module):
                found.append(f"{module} imports {rest[0]}, which comes after it")
        if isinstance(node, ast.Call) and module not in MAY_USE_DISK and disk(node):
            found.append(f"{module} touches the disk in line {node.lineno}")
    return found


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            base = "lipgan" + (f".{base}" if base else "")
        if base == "lipgan":
            modules = [alias.name for alias in node.names if alias.name in ORDER]
            return [f"lipgan.{name}" for name in modules]
        return [base]
    return []


def rank(module: str) -> int:
    assert module in ORDER, f"lipgan/{module}: add it to ORDER at the right place"
    return ORDER.index(module)


def disk(call: ast.Call) -> bool:
    function = call.func
    if isinstance(function, ast.Name):
        return function.id in DISK
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    saves = owner in {"np", "numpy", "torch"} and function.attr in {"save", "load"}
    return saves or function.attr in DISK


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem
)
def test_module_keeps_the_layering(path):
    module = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert violations(module, path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("losses", "from lipgan.runs import Run", "losses imports runs"),
        ("losses", "from .runs import Run", "losses imports runs"),
        ("data", "def f():\n    from lipgan import sweep", "data imports sweep"),
        ("paper", "import matplotlib.pyplot as plt", "paper imports matplotlib"),
        ("cohort", "import torch\ntorch.save(1, 'x')", "cohort touches the disk"),
        ("sweep", "open('x')", "sweep touches the disk"),
        ("sweep", "from pathlib import Path\nPath('x').write_text('')", "touches"),
    ],
)
def test_forbidden_code_is_found(module, source, found):
    assert any(found in line for line in violations(module, source))


def test_allowed_code_passes():
    source = "import torch\nfrom lipgan import losses\nfrom .runs import Run\n"
    assert violations("sweep", source) == []
    assert violations("runs", "open('x')") == []
    assert violations("plots", "import seaborn") == []


def test_import_of_the_package_needs_torch_and_numpy_alone():
    import subprocess
    import sys

    optional = "matplotlib pandas PIL pytorch_fid safetensors scipy seaborn sklearn"
    names = [*optional.split(), "torchvision"]
    code = f"import sys; sys.modules.update(dict.fromkeys({names!r})); import lipgan"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
