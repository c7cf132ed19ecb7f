"""Random numbers that depend on seed, purpose and step alone."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from lipgan.gan.regularizers.base import Uniform

Draw = tuple[str, int, Callable[..., Tensor], tuple[int, ...]]  # see ``Noise.drawn``


def seeded_generator(seed: int, purpose: str, index: int = 0) -> torch.Generator:
    """A CPU generator whose stream depends on its three arguments alone."""
    key = f"{seed}/{purpose}/{index}".encode()
    digest = hashlib.blake2b(key, digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest) >> 1)


class Noise:
    """Random numbers per member, drawn in blocks of steps on the CPU.

    The same numbers on every device, for every cohort size, at every resumption.
    Members with equal seeds share them: their comparison is paired.
    """

    BLOCK = 32  # steps drawn at once; part of the definition of the streams

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        """One stream per distinct seed."""
        self.device = device
        self.seeds = sorted(set(seeds))
        self.rows = torch.tensor([self.seeds.index(s) for s in seeds], device=device)
        self.source = self.drawn  # what gives the numbers; a replayed step has its own
        self._blocks: dict[str, tuple[int, Tensor]] = {}

    def keep(self, rows: Tensor) -> None:
        """Forget all members but these."""
        self.rows = self.rows[rows]

    def normal(self, purpose: str, step: int, *shape: int) -> Tensor:
        """N(0, 1) numbers (E, *shape) of one step."""
        return self.source(f"{purpose} normal", step, torch.randn, shape)[self.rows]

    def uniform(self, purpose: str, step: int, *shape: int) -> Tensor:
        """U[0, 1) numbers (E, *shape) of one step."""
        return self.source(f"{purpose} uniform", step, torch.rand, shape)[self.rows]

    def uniforms(self, step: int) -> Uniform:
        """U[0, 1) numbers of one step for whatever purposes a penalty has."""

        def draw(*shape: int, purpose: str = "penalty") -> Tensor:
            return self.uniform(purpose, step, *shape)

        return draw

    def indices(self, purpose: str, step: int, high: int, *shape: int) -> Tensor:
        """Whole numbers below ``high``, (S, *shape) for the S distinct seeds."""
        u = self.source(f"{purpose} indices", step, torch.rand, shape)
        return (u.double() * high).long().clamp(max=high - 1)

    def drawn(
        self,
        purpose: str,
        step: int,
        draw: Callable[..., Tensor],
        shape: tuple[int, ...],
    ) -> Tensor:
        """Numbers of one step, (S, *shape) for the S distinct seeds.

        Args:
            purpose: of the stream.
            step: where in the stream.
            draw: ``torch.rand`` or ``torch.randn``.
            shape: of what one seed gets.
        """
        block, offset = divmod(step, self.BLOCK)
        if self._blocks.get(purpose, (-1,))[0] != block:
            numbers = [
                draw(self.BLOCK, *shape, generator=seeded_generator(s, purpose, block))
                for s in self.seeds
            ]
            self._blocks[purpose] = block, torch.stack(numbers).to(self.device)
        return self._blocks[purpose][1][:, offset]


class Tape:
    """The random numbers of a block of steps, each where a recorded step reads it."""

    def __init__(self, noise: Noise, watched: list[list[Draw]], number: int) -> None:
        """Make room for what steps ask for.

        Args:
            noise: where the numbers come from.
            watched: what two steps in a row drew.
            number: of the second of them.
        """
        self.noise, self.number = noise, number
        self.draws = list(zip(*watched, strict=True))
        self.places = [
            torch.zeros(Noise.BLOCK, len(noise.seeds), *shape, device=noise.device)
            for _, (*_, shape) in self.draws
        ]
        self.offset = torch.zeros(1, dtype=torch.long, device=noise.device)
        self.held, self.next = range(0), 0

    def wind(self, number: int) -> None:
        """Have in place what the step of this number needs."""
        if number not in self.held:
            end = number + Noise.BLOCK - (number - 1) % Noise.BLOCK
            self.held = range(number, end)
            steps = [[self._drawn(a, b, n) for a, b in self.draws] for n in self.held]
            for place, numbers in zip(
                self.places, zip(*steps, strict=True), strict=True
            ):
                place[: len(numbers)].copy_(torch.stack(numbers))
        self.offset.fill_(number - self.held.start)

    def _drawn(self, first: Draw, last: Draw, number: int) -> Tensor:
        """What a draw gives in another step: its index grows alike in every step."""
        purpose, index, draw, shape = last
        index += (number - self.number) * (index - first[1])
        return self.noise.drawn(purpose, index, draw, shape)

    def play(self, *_: Any) -> Tensor:
        """The numbers that the next draw of this step gives, in place of the draw."""
        place = self.places[self.next]
        self.next = (self.next + 1) % len(self.places)
        return place.index_select(0, self.offset)[0]
