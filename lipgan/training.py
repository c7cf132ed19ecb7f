"""The training loop: a cohort from its first step to its records."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lipgan import data, features
from lipgan.cohort import Cohort
from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.evaluate import (
    Reference,
    constant_metric,
    evaluate,
    generated,
    make_reference,
    observe,
    sound_members,
)
from lipgan.provenance import provenance
from lipgan.runs import Run
from lipgan.steps import (
    discriminator_loss,
    discriminator_step,
    generator_loss,
    generator_step,
)

Progress = Callable[[str], None]
DEVICES = ("auto", "cpu", "cuda")


def train(
    configs: Sequence[Config],
    *,
    device: str = "auto",
    data_dir: str | Path | None = None,
    download: bool = False,
    inception_weights: str | Path | None = None,
    progress: Progress | None = None,
) -> list[Run]:
    """Train all configs, as few cohorts as possible, and return runs in their order.

    Args:
        configs: any configs; those of one shape are trained as one program.
        device: ``auto``, ``cpu`` or ``cuda``.
        data_dir: where data sets lie; default $LIPGAN_DATA, then ``data``.
        download: whether missing data may be fetched.
        inception_weights: file with pytorch-fid's weights, for ``features=inception``.
        progress: receives a line of text now and then.

    Raises:
        ValueError: unknown or missing device, or a folder without images.
        FileNotFoundError: data or weights are missing.
    """
    place = pick_device(device)
    members: dict[tuple, list[int]] = {}
    for i, config in enumerate(configs):
        members.setdefault(config.cohort_key, []).append(i)
    runs: dict[int, Run] = {}
    for rows in members.values():
        first = configs[rows[0]]
        dataset = load_data(first, data_dir, download).to(place)
        reference = None
        if first.image_size:
            extractor = features.load_extractor(
                first.features, weights=inception_weights, device=place
            )
            reference = make_reference(dataset, extractor)
        group = Training([configs[i] for i in rows], dataset, reference, progress)
        runs.update(zip(rows, group.run(), strict=True))
    return [runs[i] for i in range(len(configs))]


def trained_critics(
    configs: Sequence[Config],
) -> tuple[list[Callable[[Tensor], Tensor] | None], Tensor]:
    """Train configs of one cohort on points, to look at what records do not keep.

    Args:
        configs: of one ``Config.cohort_key``; their samples are points.

    Returns:
        Score functions (n, 2) to (n,) in the order of the configs, None for a member
        that diverged, and the last generated points of the first that did not, (n, 2).
    """
    training = Training(configs, load_data(configs[0]))
    training.run()
    critics: list[Callable[[Tensor], Tensor] | None] = [None] * len(configs)
    for row, index in enumerate(training.alive):
        critics[training.order[index]] = training.cohort.plain_critic(row)
    return critics, generated(training.cohort, configs[0].eval_samples)[0]


def pick_device(name: str) -> torch.device:
    """Turn ``auto``, ``cpu`` or ``cuda`` into a device.

    Raises:
        ValueError: unknown name, or a GPU is asked for where there is none.
    """
    if name not in DEVICES:
        raise ValueError(f"device: {name!r} is not one of {', '.join(DEVICES)}")
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: 'cuda' was asked for, but no GPU is visible")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def load_data(
    config: Config, data_dir: str | Path | None = None, download: bool = False
) -> Dataset:
    """The data set of a config; made-up images where the smoke scale has no files."""
    return data.load(
        config.dataset,
        root=data_dir,
        image_size=config.image_size or None,
        channels=config.channels or None,
        limit=config.data_limit or None,
        synthetic=config.scale == "smoke",
        download=download,
    )


class Training:
    """One cohort from its first step to its records."""

    def __init__(
        self,
        configs: Sequence[Config],
        dataset: Dataset,
        reference: Reference | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Set up members of one ``Config.cohort_key``.

        Args:
            configs: one per member, in any order.
            dataset: on the device that is to do the work.
            reference: what image samples are judged against; None for points.
            progress: receives a line of text now and then.
        """
        self.order = sorted(range(len(configs)), key=lambda i: configs[i].loss)
        configs = [configs[i] for i in self.order]
        self.configs, self.dataset, self.reference = configs, dataset, reference
        self.say = progress or (lambda line: None)
        self.cohort = Cohort(configs, dataset.x.device)
        self.alive = list(range(len(configs)))  # row of the cohort -> index in configs
        self.histories: list[dict[str, list]] = [{} for _ in configs]
        self.diverged: dict[int, int] = {}

    def run(self) -> list[Run]:
        """Train to the end, evaluate, and return one run per config, in their order."""
        start = time.perf_counter()
        first = self.configs[0]
        self.say(f"{len(self.configs)} GANs ({first.model}) on {first.dataset}")
        spacing = first.num_steps / min(first.history_points, first.num_steps)
        moments = {1} | {
            round(spacing * (i + 1))
            for i in range(math.ceil(first.num_steps / spacing))
        }
        for step in range(1, first.num_steps + 1):
            losses = self.step(step, measure=step in moments)
            if step in moments:
                self._record(step, losses)
                self._drop_diverged()
                self._report(step, time.perf_counter() - start)
            if not self.alive:
                break
        rows, pictures = self._finish()
        seconds = time.perf_counter() - start
        origin = provenance(self.cohort.device, seconds, len(self.configs))
        runs = [self._make_run(i, rows[i], pictures[i], origin) for i in self._places()]
        return runs

    def _places(self) -> list[int]:
        """Where each config, as it was given, ended up among the sorted ones."""
        return sorted(range(len(self.order)), key=lambda i: self.order[i])

    def step(self, step: int, measure: bool = True) -> dict[str, Tensor]:
        """Update all members once; ``step`` counts from 1.

        Returns:
            Losses and penalty per member, (E,) each; nothing without ``measure``.
        """
        cohort, config, noise = self.cohort, self.configs[0], self.cohort.noise
        batch = config.batch_size
        sample = cohort.sampler(training=True)  # one for all updates of this step
        for i in range(config.n_dis):
            draw = (step - 1) * config.n_dis + i
            indices = noise.indices("data", draw, len(self.dataset), batch)
            x_real = self.dataset.batch(indices)[noise.rows]
            z = noise.normal("z for d", draw, batch, config.z_dim)
            with torch.no_grad():
                x_fake = sample(z)
            uniform = noise.uniforms(draw)
            in_d, penalty = discriminator_step(cohort, x_real, x_fake, uniform, step)
        z = noise.normal("z for g", step - 1, batch, config.z_dim)
        in_g = generator_step(cohort, sample(z), step)
        cohort.average(step)
        if not measure:
            return {}
        return {
            "loss_d": discriminator_loss(cohort, in_d),
            "penalty": penalty,
            "loss_g": generator_loss(cohort, in_g),
        }

    def _record(self, step: int, losses: dict[str, Tensor]) -> None:
        moment = losses | observe(self.cohort, self.dataset, step)
        columns = {k: v.tolist() for k, v in moment.items()}
        for row, index in enumerate(self.alive):
            history = self.histories[index]
            history.setdefault("step", []).append(step)
            for name, values in columns.items():
                history.setdefault(name, []).append(values[row])

    def _drop_diverged(self) -> None:
        """Diverged members leave the cohort, so they cost nothing from here on."""
        at = self.cohort.diverged_at.tolist()
        for row, index in enumerate(self.alive):
            if at[row] >= 0:
                self.diverged[index] = at[row]
        kept = [row for row in range(len(at)) if at[row] < 0]
        if 0 < len(kept) < len(at):
            self.cohort.keep(kept)
        self.alive = [self.alive[row] for row in kept]

    def _report(self, step: int, seconds: float) -> None:
        total = self.configs[0].num_steps
        left = seconds / step * (total - step)
        lost = f", {len(self.diverged)} diverged" if self.diverged else ""
        self.say(
            f"step {step}/{total}: {len(self.alive)} training{lost}, "
            f"{seconds:.0f} s, about {left:.0f} s left"
        )

    def _finish(self) -> tuple[list[dict[str, float]], list[Tensor | None]]:
        """Metrics of every config; the last update may have been the fatal one."""
        constant = constant_metric(self.reference) if self.reference else {}
        rows: list[dict[str, float]] = [dict(constant) for _ in self.configs]
        pictures: list[Tensor | None] = [None] * len(rows)
        if self.alive:
            first = self.configs[0]
            samples = generated(self.cohort, first.eval_samples)
            sound = sound_members(self.cohort, samples)
            at = self.cohort.diverged_at
            at[(at < 0) & ~sound] = first.num_steps
            samples = samples[at < 0]
            self._drop_diverged()
        if self.alive:
            measured = evaluate(self.cohort, samples, self.dataset, self.reference)
            for index, row, picture in zip(self.alive, *measured, strict=True):
                rows[index] |= row
                pictures[index] = picture
        return rows, pictures

    def _make_run(
        self,
        index: int,
        metrics: dict[str, float],
        picture: Tensor | None,
        origin: dict[str, Any],
    ) -> Run:
        diverged_at = self.diverged.get(index)
        grid = None
        if picture is not None:
            grid = picture.permute(1, 2, 0).squeeze(2).cpu().numpy()
        return Run(
            config=self.configs[index],
            status="completed" if diverged_at is None else "diverged",
            diverged_at=diverged_at,
            history=self.histories[index],
            metrics=metrics,
            provenance=dict(origin),
            samples=grid,
        )
