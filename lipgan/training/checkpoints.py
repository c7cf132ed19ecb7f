"""What an unfinished cohort leaves on disk, so that it can go on where it stopped.

A checkpoint is one safetensors file; nothing is unpickled. Random numbers are functions
of seed, purpose and step, so none of their state is in it. Members never mix, so any
part of a checkpointed cohort can go on without the rest.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lipgan.engine.cohort import Cohort
from lipgan.runs import atomic

FORMAT = 2
FOLDER = "checkpoints"  # inside of a store
# What decides the next step of a training and the moments of its history.
TRAINS = (
    "config",
    "data",
    "engine",
    "gan",
    "metrics/slopes.py",
    "support/torch_state.py",
    "training/checkpoints.py",
    "training/choice.py",
    "training/graphs.py",
    "training/loop.py",
    "training/observe.py",
    "training/start.py",
)


class CheckpointError(ValueError):
    """A checkpoint is damaged, or of another version."""


@dataclass(frozen=True)
class Snapshot:
    """A cohort between two steps.

    Attributes:
        members: ``config_id`` of each config.
        data: ``Dataset.digest`` of what they are trained on: a config does not say
            what is in a folder.
        step: number of steps done.
        seconds: that they took.
        alive: for each row of the tensors the index of its config.
        diverged: index of a config -> step at which it diverged.
        histories: one per config, see ``Run.history``.
        tensors: name -> (rows, ...), on the CPU.
        choice: how the cohort is computed, see ``training.choice``; None where the
            networks' sizes decide.
    """

    members: list[str]
    data: str
    step: int
    seconds: float
    alive: list[int]
    diverged: dict[int, int]
    histories: list[dict[str, list]]
    tensors: dict[str, Tensor]
    choice: dict[str, Any] | None = None

    def part(self, members: Sequence[str]) -> "Snapshot":
        """The same moment of these members alone, in this order."""
        old = [self.members.index(name) for name in members]
        row = {index: row for row, index in enumerate(self.alive)}
        alive = [i for i, index in enumerate(old) if index in row]
        rows = torch.tensor([row[old[i]] for i in alive], dtype=torch.long)
        return Snapshot(
            members=list(members),
            data=self.data,
            step=self.step,
            seconds=self.seconds,
            alive=alive,
            diverged={
                i: self.diverged[k] for i, k in enumerate(old) if k in self.diverged
            },
            histories=[self.histories[k] for k in old],
            tensors={name: tensor[rows] for name, tensor in self.tensors.items()},
            choice=self.choice,
        )


@torch.no_grad()
def get_state(cohort: Cohort) -> dict[str, Tensor]:
    """Copies of all tensors that a cohort carries from one step to the next."""
    state = {"diverged_at": cohort.diverged_at}
    for group, tensors in cohort.state.items():
        state |= {f"{group}/{k}": v for k, v in tensors.items()}
    return {k: v.detach().to("cpu", copy=True).contiguous() for k, v in state.items()}


@torch.no_grad()
def set_state(cohort: Cohort, state: dict[str, Tensor]) -> None:
    """Give a cohort of the same members, in the same order, this state and no more."""
    groups = cohort.state
    for group, tensors in groups.items():
        for key in [key for key in tensors if f"{group}/{key}" not in state]:
            del tensors[key]  # came with a later step
    for name, tensor in state.items():
        group, _, key = name.partition("/")
        if not key:
            cohort.diverged_at.copy_(tensor)
            continue
        held = groups[group]
        if key in held:
            held[key].copy_(tensor)
        else:
            held[key] = tensor.to(cohort.device, copy=True)


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of a directory.

    Attributes:
        directory: where they are; made before the first one is written.
        every: seconds between two checkpoints of a cohort; None writes none, but
            finds those that are there.
    """

    directory: Path
    every: float | None = None

    def save(self, snapshot: Snapshot) -> Path:
        """Write a checkpoint in place of the cohort's last one, whole or not at all.

        Raises:
            OSError: the disk is full or cannot be written to.
        """
        content = encode(snapshot)
        self.directory.mkdir(parents=True, exist_ok=True)
        name = cohort_id(snapshot.members, snapshot.data)
        path = self.directory / f"{name}.safetensors"
        atomic.write(path, content)
        return path

    def find(
        self, members: Sequence[str], data: str, say: Callable[[str], None]
    ) -> Snapshot | None:
        """The furthest snapshot of these members on these data, None if there is none.

        One that cannot be used costs a line of text and is left alone.
        """
        for _, path, held in self._present():
            if set(members) <= set(held) or path.stem == cohort_id(members, data):
                try:
                    found = decode(path)
                    if found.data == data:
                        return found.part(members)
                    say(f"checkpoint {path.name} is not used: it is of other data")
                except CheckpointError as error:
                    say(f"checkpoint {path.name} is not used: {error}")
        return None

    def groups(self, members: Iterable[str]) -> list[tuple[int, list[str]]]:
        """Which members can go on together and after which step, the furthest first.

        Those without a checkpoint are the last group, at step 0.
        """
        left = dict.fromkeys(members)
        groups = []
        for step, _, held in self._present():
            group = [name for name in held if step and name in left]
            if group:
                groups.append((step, group))
                left = {k: None for k in left if k not in set(group)}
        return [*groups, (0, list(left))] if left else groups

    def tidy(self, recorded: Mapping[str, str | None]) -> None:
        """Delete the checkpoints whose members all have records of the same data.

        Args:
            recorded: ``config_id`` -> digest of the data, None where it is not known.
        """
        for _, path, held in self._present():
            digests = {recorded.get(name) for name in held} - {None}
            of_these = path.stem in {cohort_id(held, str(d)) for d in digests}
            if held and recorded.keys() >= set(held) and (of_these or not digests):
                path.unlink(missing_ok=True)

    def _present(self) -> list[tuple[int, Path, list[str]]]:
        """Usable step, 0 for none, path and members of each; the furthest first."""
        try:
            paths = sorted(self.directory.glob("*.safetensors"))
        except OSError:  # out of reach
            return []
        found = []
        for path in paths:
            try:
                about = _read_about(path)
                usable = all(about[k] == v for k, v in _version().items())
                found.append((about["step"] if usable else 0, path, about["members"]))
            except CheckpointError:
                found.append((0, path, []))
        return sorted(found, key=lambda entry: -entry[0])


def cohort_id(members: Iterable[str], data: str) -> str:
    """Name of a cohort with these members on these data, 16 hexadecimal digits."""
    return hashlib.sha256(" ".join([*sorted(members), data]).encode()).hexdigest()[:16]


def encode(snapshot: Snapshot) -> bytes:
    """A snapshot as the content of a safetensors file."""
    from safetensors.torch import save

    values = {f.name: getattr(snapshot, f.name) for f in fields(snapshot)}
    tensors = values.pop("tensors")
    values["diverged"] = list(snapshot.diverged.items())  # JSON's keys are texts
    about = _version() | {k: values.pop(k) for k in ("members", "step")}
    texts = {"about": json.dumps(about), "state": json.dumps(values)}
    return save(tensors, texts | {"sha256": _checksum(texts, tensors)})


def decode(path: Path) -> Snapshot:
    """Read and verify a checkpoint.

    Raises:
        CheckpointError: it is damaged, or of another version of code or PyTorch.
    """
    about, texts, tensors = _read(path)
    if texts["sha256"] != _checksum(texts, tensors):
        raise CheckpointError("its checksum does not match its content")
    for name, ours in _version().items():
        if about.pop(name) != ours:
            raise CheckpointError(f"it is of another version ({name})")
    state = about | json.loads(texts["state"])
    state["diverged"] = {index: step for index, step in state["diverged"]}
    return Snapshot(**state, tensors=tensors)


def _read_about(path: Path) -> dict[str, Any]:
    """What a checkpoint says about itself, from the first bytes of its file."""
    return _read(path, with_tensors=False)[0]


def _read(
    path: Path, with_tensors: bool = True
) -> tuple[dict[str, Any], dict[str, str], dict[str, Tensor]]:
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError:
        raise CheckpointError("reading it needs the package safetensors") from None
    try:
        with safe_open(path, framework="pt") as file:
            texts = dict(file.metadata() or {})
            about = json.loads(texts["about"])
            names = file.keys() if with_tensors else []
            tensors = {name: file.get_tensor(name) for name in names}
        _ = about["step"], about["members"], texts["sha256"], texts["state"]
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        reason = f"it is not readable ({type(error).__name__})"
        raise CheckpointError(reason) from None
    return about, texts, tensors


def _checksum(texts: dict[str, str], tensors: dict[str, Tensor]) -> str:
    digest = hashlib.sha256((texts["about"] + texts["state"]).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()


@cache
def _version() -> dict[str, Any]:
    """What has to be the same for training to go on as if nothing had happened."""
    code = code_that_trains(Path(__file__).parents[1])
    return {"format": FORMAT, "code": code, "torch": torch.__version__}


def code_that_trains(package: Path) -> str:
    """SHA-256 of the sources of ``TRAINS`` below the package's folder."""
    code = hashlib.sha256()
    for place in (package / name for name in TRAINS):
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            code.update(path.read_bytes())
    return code.hexdigest()
