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
    """The commit of the checkout that holds this file, "-dirty" if code changed."""
    command = [
        "git",
        "-C",
        str(Path(__file__).parent),
        "describe",
        "--always",
        "--dirty",
    ]
    try:
        found = subprocess.run(
            command, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return os.environ.get("LIPGAN_COMMIT", "unknown")
    return found.stdout.strip()
