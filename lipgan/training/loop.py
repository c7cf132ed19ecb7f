"""The training loop: a cohort from its first step to its records."""

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from lipgan.config import Config
from lipgan.data import Dataset, dataset_label
from lipgan.engine.cohort import Cohort
from lipgan.gan.step import (
    discriminator_loss,
    discriminator_step,
    generator_loss,
    generator_step,
)
from lipgan.runs import Run
from lipgan.runs.networks import gathered
from lipgan.runs.provenance import provenance
from lipgan.runs.run import rounded
from lipgan.support.messages import unharmed
from lipgan.training.checkpoints import Checkpoints, Snapshot, get_state, set_state
from lipgan.training.checks import beyond_float32
from lipgan.training.choice import Choice, Steps
from lipgan.training.evaluate import (
    constant_metric,
    evaluate,
    generated,
    judged_digest,
    sound_members,
)
from lipgan.training.observe import observe
from lipgan.training.reference import Reference
from lipgan.training.stopping import Stopped, reason_to_stop

Progress = Callable[[str], None]


class Training:
    """One cohort from its first step to its records."""

    def __init__(
        self,
        configs: Sequence[Config],
        dataset: Dataset,
        reference: Reference | None = None,
        progress: Progress | None = None,
        keep_weights: bool = False,
        tf32: bool = False,
        graphs: bool = False,
    ) -> None:
        """Set up members of one ``Config.cohort_key``.

        Args:
            configs: one per member, in any order.
            dataset: on the device that is to do the work.
            reference: what image samples are judged against; None for points.
            progress: receives a line of text now and then.
            keep_weights: whether the runs are to hold the weights of both networks.
            tf32: whether convolutions on a GPU may round to TF32 where that is faster.
            graphs: whether a GPU replays steps as CUDA graphs, where it can.
        """
        self.keep_weights = keep_weights
        self.configs, self.dataset, self.reference = list(configs), dataset, reference
        self.say = unharmed(progress)
        self.cohort = Cohort(configs, dataset.x.device)
        self.steps = Steps(self.step, self.cohort, self.say, tf32, graphs)
        self.members = [c.config_id for c in configs]
        self.alive = list(range(len(configs)))  # row of the cohort -> index in configs
        self.histories: list[dict[str, list]] = [{} for _ in configs]
        self.diverged: dict[int, int] = {}
        self.done, self.seconds = 0, 0.0  # steps, and the time that they took

    def run(
        self, checkpoints: Checkpoints | None = None, deadline: float | None = None
    ) -> list[Run]:
        """Train to the end, evaluate, and return one run per config, in their order.

        Args:
            checkpoints: where to go on from, and to leave a checkpoint now and then
                and before stopping.
            deadline: when to stop, in seconds since the epoch.

        Raises:
            Stopped: the deadline has come, or a signal (``signals_stop_training``).
        """
        first = self.configs[0]
        on = dataset_label(first.dataset)  # a page may not show a path
        self.say(f"{len(self.configs)} GANs ({first.model}) on {on}")
        for note in dict.fromkeys(filter(None, map(beyond_float32, self.configs))):
            self.say(note)
        self._resume(checkpoints)
        if self.alive:
            self.steps.choose()
        start = time.perf_counter() - self.seconds
        moments, kept_at = self._moments(), self.seconds
        while self.alive and self.done < first.num_steps:
            reason = reason_to_stop(deadline)
            if reason or _due(checkpoints, self.seconds - kept_at):
                self._keep(checkpoints)
                kept_at = self.seconds
            if reason:
                raise Stopped(reason)
            self._advance(measure=self.done + 1 in moments)
            self.seconds = time.perf_counter() - start
            if self.done in moments:
                self._report()
        self._keep(checkpoints)  # what is to come may take long as well
        rows, pictures = self._finish()
        seconds = time.perf_counter() - start
        origin = provenance(self.cohort.device, seconds, len(self.configs))
        origin |= self.steps.origin
        places = range(len(self.configs))
        return [self._make_run(i, rows[i], pictures[i], origin) for i in places]

    def snapshot(self) -> Snapshot:
        """All that decides how training goes on from here."""
        return Snapshot(
            members=self.members,
            data=self.dataset.digest,
            step=self.done,
            seconds=self.seconds,
            alive=list(self.alive),
            diverged=dict(self.diverged),
            histories=self.histories,
            tensors=get_state(self.cohort),
            choice=self.steps.chosen,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot of the same members, in the same order."""
        self.done, self.seconds = snapshot.step, snapshot.seconds
        self.histories, self.diverged = snapshot.histories, dict(snapshot.diverged)
        self.alive = list(snapshot.alive)
        if 0 < len(self.alive) < len(self.configs):
            self.cohort.keep(self.alive)
        if self.alive:
            set_state(self.cohort, snapshot.tensors)
        if snapshot.choice:
            self.steps.take(Choice(**snapshot.choice))

    def _resume(self, checkpoints: Checkpoints | None) -> None:
        if checkpoints is None:
            return
        found = checkpoints.find(self.members, self.dataset.digest, self.say)
        if found and found.step > self.done:
            self.restore(found)
            self.say(f"goes on after step {self.done}, from its checkpoint")

    def _keep(self, checkpoints: Checkpoints | None) -> None:
        """Leave a checkpoint; a full disk must not end what still can be finished."""
        if checkpoints and checkpoints.every is not None and self.done:
            try:
                checkpoints.save(self.snapshot())
            except OSError as error:
                self.say(f"no checkpoint at step {self.done}: {error}")

    def _moments(self) -> set[int]:
        """The steps at which the history is recorded."""
        first = self.configs[0]
        spacing = first.num_steps / min(first.history_points, first.num_steps)
        count = math.ceil(first.num_steps / spacing)
        return {1} | {round(spacing * (i + 1)) for i in range(count)}

    def _advance(self, measure: bool) -> None:
        losses = self.steps(self.done + 1, measure)
        self.done += 1
        if measure:
            self._record(self.done, losses)
            self._drop_diverged()

    def step(
        self, step: int, measure: bool = True, clock: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Update all members once; ``step`` counts from 1.

        Args:
            step: number of the step.
            measure: whether losses are wanted.
            clock: its number, (), for a device that replays the step, see ``graphs``.

        Returns:
            Losses and penalty per member, (E,) each; nothing without ``measure``.
        """
        cohort, config, noise = self.cohort, self.configs[0], self.cohort.noise
        now = step if clock is None else clock
        batch = config.batch_size
        g, d, pushes = cohort.generators, cohort.discriminators, cohort.pushes
        sample = g.sampler(training=True)  # one for all updates of this step
        for i in range(config.n_dis):
            draw = (step - 1) * config.n_dis + i
            indices = noise.indices("data", draw, len(self.dataset), batch)
            x_real = self.dataset.batch(indices)[noise.rows]
            z = noise.normal("z for d", draw, batch, config.z_dim)
            with torch.no_grad():
                x_fake = sample(z)
            uniform = noise.uniforms(draw)
            in_d, penalty = discriminator_step(d, pushes, x_real, x_fake, uniform)
            cohort.note_divergence(in_d, now)
        z = noise.normal("z for g", step - 1, batch, config.z_dim)
        uniforms = partial(noise.uniform, "push g", step - 1)
        in_g = generator_step(g, d, pushes, sample(z), uniforms)
        cohort.note_divergence(in_g, now)
        g.average(now)
        if not measure:
            return {}
        return {
            "loss_d": discriminator_loss(cohort.losses, in_d),
            "penalty": penalty,
            "loss_g": generator_loss(cohort.losses, in_g),
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

    def _report(self) -> None:
        total, done, seconds = self.configs[0].num_steps, self.done, self.seconds
        lost = f", {len(self.diverged)} diverged" if self.diverged else ""
        self.say(
            f"step {done}/{total}: {len(self.alive)} training{lost}, "
            f"{seconds:.0f} s, about {seconds / done * (total - done):.0f} s left"
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
        weights = grid = None
        if self.keep_weights and diverged_at is None:
            row, cohort = self.alive.index(index), self.cohort
            weights = gathered(
                cohort.plain_generator(row), cohort.plain_discriminator(row)
            )
        if picture is not None:
            grid = picture.permute(1, 2, 0).squeeze(2).cpu().numpy()
        judge = self.reference.extractor.weights if self.reference else None
        note = beyond_float32(self.configs[index])
        run = Run(
            config=self.configs[index],
            status="completed" if diverged_at is None else "diverged",
            diverged_at=diverged_at,
            history=self.histories[index],
            metrics=metrics,
            provenance=dict(origin) | ({"note": note} if note else {}),
            samples=grid,
            data_digest=judged_digest(self.dataset, judge),
            weights=weights,
        )
        return rounded(run)


def _due(checkpoints: Checkpoints | None, seconds: float) -> bool:
    """Whether it is time for the next checkpoint."""
    every = checkpoints.every if checkpoints else None
    return every is not None and seconds >= every
