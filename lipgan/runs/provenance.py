"""Where a result comes from: commit, versions, machine, time."""

import os
import platform
import subprocess
import time
from pathlib import Path
from typing import Any

import torch


def provenance(device: torch.device, seconds: float, members: int) -> dict[str, Any]:
    """Where a result comes from; ``seconds`` is the whole cohort's training time."""
    return {
        "commit": _commit(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "device": device_name(device),
        "threads": torch.get_num_threads(),
        "cohort_size": members,
        "cohort_seconds": round(seconds, 2),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def device_name(device: torch.device) -> str:
    """Kind of device, then its name, or of a CPU the architecture."""
    name = platform.machine()
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    return f"{device.type}: {name}"


def _commit() -> str:
    """$LIPGAN_COMMIT, else the commit of the repository whose root holds this package.

    A repository further up is another project's; so is the one that GIT_DIR names, and
    one that does not track the package. "-dirty" is added if something changed.
    """
    import lipgan

    if stated := os.environ.get("LIPGAN_COMMIT"):
        return stated
    root = Path(lipgan.__file__).resolve().parents[1]
    own = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    tracked = _git(root, own, "ls-files", "lipgan/__init__.py")
    if not tracked or Path(_git(root, own, "rev-parse", "--show-toplevel")) != root:
        return "unknown"
    return _git(root, own, "describe", "--always", "--dirty") or "unknown"


def _git(root: Path, environment: dict[str, str], *command: str) -> str:
    try:
        return subprocess.run(
            ["git", "-C", str(root), *command],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
            env=environment,
        ).stdout.strip()
    except (OSError, ValueError, subprocess.SubprocessError):
        return ""
