"""Where an environment's torch and torchvision come from: `make book TORCH=...`.

`locked` takes all from the lock, `installed` those of the interpreter that makes the
environment, `cpu` those of an index or folder. Runs before anything is installed.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
import tomllib
from importlib import metadata
from pathlib import Path

SOURCES = ("locked", "installed", "cpu")
ONLY_WITH_CUDA = re.compile(r"(torch|torchvision|triton)==|(nvidia|cuda)-")
PINS = re.compile(r"^(?:torch|torchvision)==[^\s;]+", re.MULTILINE)
ROOT = Path(__file__).resolve().parents[1]


def without_torch(lock: str) -> str:
    """The lock, hashes included, without torch and what only its CUDA builds need."""
    packages = re.split(r"\n(?=\S)", lock)
    return "\n".join(p for p in packages if not ONLY_WITH_CUDA.match(p))


def from_index(lock: str, index: str) -> str:
    """A requirements file: torch and torchvision as locked, from an index or a folder.

    Raises:
        ValueError: `index` is neither an address nor a folder.
    """
    place, option = index, "--index-url"
    if "://" not in index:
        place, option = str(Path(index).expanduser().absolute()), "--find-links"
        if not index or not Path(place).is_dir():
            raise ValueError(
                f"TORCH_INDEX: {index!r} is no folder of wheels and no address; "
                "TORCH=cpu needs that of PyTorch's index for CPUs"
            )
    options = ["--no-index"] if option == "--find-links" else []
    return "\n".join([*options, f"{option} {shlex.quote(place)}", *PINS.findall(lock)])


def installed_folders() -> str:
    """Where this interpreter has torch and torchvision, one folder a line.

    Raises:
        ValueError: one is missing, or torch is too old.
    """
    folders = {}
    for name in ("torch", "torchvision"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise ValueError(f"TORCH=installed: {sys.executable} has no {name}")
        folders[str(Path(spec.origin).parents[1])] = name
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    [least] = re.findall(r"torch>=([\d.]+)", " ".join(project["dependencies"]))
    got = metadata.version("torch")
    if _numbers(got) < _numbers(least):
        raise ValueError(f"TORCH=installed: torch {got} is older than {least}")
    return "\n".join(folders)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:2]]


def prepare(venv: Path, source: str, index: str) -> None:
    """Writes what pip is to read into the folder of the environment to be.

    Raises:
        ValueError: there is no such source, it lacks something, or the environment was
            made from another one.
    """
    if source not in SOURCES:
        raise ValueError(f"TORCH: got {source!r}, accepted are {', '.join(SOURCES)}")
    note = venv / ".lipgan-torch"
    before = note.read_text().strip() if note.exists() else "locked"
    if (venv / "bin" / "python").exists() and before != source:
        raise ValueError(f"TORCH: {venv} has torch {before}; delete it to change that")
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    files = {note: source, venv / "without_torch.txt": without_torch(lock)}
    if source == "cpu":
        files[venv / "torch.txt"] = from_index(lock, index)
    if source == "installed":
        files[venv / "torch.pth"] = installed_folders()
    venv.mkdir(exist_ok=True)
    for path, text in files.items():
        path.write_text(text + "\n", "utf-8")
    # Only after pip: what it finds there it would not install, nor the commands of it.
    for path in venv.glob("lib/python3*/site-packages/torch.pth"):
        path.unlink()


if __name__ == "__main__":
    try:
        prepare(Path(sys.argv[1]), *sys.argv[2:4])
    except ValueError as error:
        sys.exit(f"error: {error}")
