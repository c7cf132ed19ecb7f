"""`make TORCH=installed` and `TORCH=cpu` install all of the lock but torch and CUDA."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from book.torch_source import from_index, without_torch

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.txt").read_text("utf-8")
STAMPED = ".venv/.lipgan-installed-{}"
BACKEND = """from pathlib import Path
import shutil
def build_editable(folder, *_):
    return shutil.copy(Path(__file__).with_name("lipgan-0.1-py3-none-any.whl"), folder)
"""


def wheel(folder, name, version):
    """A package that holds its version; returns its line of the lock."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    about = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": f"__version__ = '{version}'",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true",
    }
    files[f"{about}/RECORD"] = "".join(f"{file},,\n" for file in files)
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name}=={version} \\\n    --hash=sha256:{digest}"


@pytest.fixture
def make(tmp_path):
    """Call it with variables of make: makes the environment of a tiny project."""
    root, pypi = tmp_path / "a project", tmp_path / "pypi"
    for folder in (root / "book", pypi, tmp_path / "cpu wheels"):
        folder.mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", root)
    shutil.copy(ROOT / "book" / "torch_source.py", root / "book")
    names = {
        "torch": "2.14.0",
        "torchvision": "0.29.0",
        "nvidia_x": "1.0",
        "tiny": "1.0",
        "pytest": metadata.version("pytest"),  # as the interpreter has it
    }
    pins = [wheel(pypi, *pin) for pin in names.items()]
    (root / "requirements.txt").write_text("\n".join(pins).replace("_", "-"))
    for name in ("torch", "torchvision"):
        wheel(tmp_path / "cpu wheels", name, f"{names[name]}+cpu")
    wheel(root, "lipgan", "0.1")
    (root / "backend.py").write_text(BACKEND)
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]'
        '\n[project]\nname = "lipgan"\nversion = "0.1"\ndependencies = ["torch>=2.6"]\n'
    )
    environment = os.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(pypi)}

    def run(source, **more):
        given = {"PYTHON": sys.executable, "TORCH": source, **more}
        words = [f"{name}={value}" for name, value in given.items()]
        return subprocess.run(
            ["make", STAMPED.format(source), *words],
            **{"cwd": root, "env": environment, "capture_output": True, "text": True},
        )

    run.root = root
    return run


def version(root, name):
    """Of a package, as the environment's interpreter finds it; nothing without one."""
    code = f"from importlib.metadata import version; print(version('{name}'))"
    python = [root / ".venv" / "bin" / "python", "-I", "-c", code]
    return subprocess.run(python, capture_output=True, text=True).stdout.strip()


@pytest.mark.slow
def test_cpu_takes_torch_from_a_folder_and_all_else_from_the_lock(make, tmp_path):
    lock = make.root / "requirements.txt"
    pins = lock.read_text()
    lock.write_text(re.sub(r"(tiny.*\n.*sha256:).{4}", r"\1beef", pins))
    done = make("cpu", TORCH_INDEX=tmp_path / "cpu wheels")
    assert done.returncode
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
    lock.write_text(pins)
    done = make("cpu", TORCH_INDEX=tmp_path / "cpu wheels")
    assert done.returncode == 0, done.stderr
    names = ("torch", "torchvision", "tiny", "nvidia-x", "lipgan")
    found = [version(make.root, name) for name in names]
    assert found == ["2.14.0+cpu", "0.29.0+cpu", "1.0", "", "0.1"]
    again = subprocess.run(  # the environment knows what it was made with
        ["make", "--dry-run", "test"], cwd=make.root, capture_output=True, text=True
    )
    assert "pip" not in again.stdout
    other = make("locked")
    assert other.returncode
    assert "error: TORCH: .venv has torch cpu; delete it to change that" in other.stderr


@pytest.mark.slow
def test_installed_sees_the_torch_of_the_interpreter(make):
    pytest.importorskip("torchvision")
    done = make("installed")
    assert done.returncode == 0, done.stderr
    assert version(make.root, "torch") == metadata.version("torch")
    assert version(make.root, "tiny") == "1.0"
    assert version(make.root, "lipgan") == "0.1"  # its own before the interpreter's
    assert list(make.root.glob(".venv/lib/*/site-packages/pytest"))
    assert version(make.root, "nvidia-x") == ""


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("gpu", "error: TORCH: got 'gpu', accepted are locked, installed, cpu"),
        ("cpu", "error: TORCH_INDEX: '' is no folder of wheels and no address"),
    ],
)
def test_wrong_values_are_one_line_before_anything_is_made(make, source, line):
    done = make(source)
    assert done.returncode
    assert done.stderr.startswith(line)
    assert not (make.root / ".venv").exists()


def test_what_stays_of_the_lock_needs_no_cuda():
    rest = without_torch(LOCK)
    assert not re.search(r"^(torch|torchvision|triton|nvidia|cuda)", rest, re.MULTILINE)
    packages = re.split(r"\n(?=\S)", rest)
    parents = {
        p.split("==")[0]: re.findall(r"# +(?:via )?(\S+)$", p, re.M) for p in packages
    }
    only_torch = {name for name, via in parents.items() if set(via) == {"torch"}}
    assert only_torch == {"networkx", "sympy"}  # of a torch for CPUs, too


def test_an_address_is_the_only_index():
    options, *pins = from_index(LOCK, "https://index/cpu").splitlines()
    assert options == "--index-url https://index/cpu"
    assert [pin.split("==")[0] for pin in pins] == ["torch", "torchvision"]
