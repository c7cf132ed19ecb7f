"""A cohort: E GANs of one shape, trained as one program.

Every tensor carries a leading member axis. Members never mix, and all randomness of a
member is a function of its own seed, the purpose and the step, so its result does not
depend on its company.
"""

import hashlib
from collections.abc import Callable, Sequence
from itertools import groupby

import torch
from torch import Tensor, nn

from lipgan.config import Config
from lipgan.lifting import Lifted, Tensors
from lipgan.losses import LOSSES, scaled_term
from lipgan.models import MODELS, initialize
from lipgan.optimizers import OPTIMIZERS
from lipgan.regularizers import REGULARIZERS
from lipgan.regularizers.base import Critic, Strength


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
        self._blocks: dict[str, tuple[int, Tensor]] = {}

    def keep(self, rows: Tensor) -> None:
        """Forget all members but these."""
        self.rows = self.rows[rows]

    def normal(self, purpose: str, step: int, *shape: int) -> Tensor:
        """N(0, 1) numbers (E, *shape) of one step."""
        return self._draw(f"{purpose} normal", step, torch.randn, shape)[self.rows]

    def uniform(self, purpose: str, step: int, *shape: int) -> Tensor:
        """U[0, 1) numbers (E, *shape) of one step."""
        return self._draw(f"{purpose} uniform", step, torch.rand, shape)[self.rows]

    def indices(self, purpose: str, step: int, high: int, *shape: int) -> Tensor:
        """Whole numbers below ``high``, (S, *shape) for the S distinct seeds."""
        u = self._draw(f"{purpose} indices", step, torch.rand, shape)
        return (u.double() * high).long().clamp(max=high - 1)

    def _draw(self, purpose: str, step: int, draw, shape: tuple[int, ...]) -> Tensor:  # type: ignore[no-untyped-def]
        block, offset = divmod(step, self.BLOCK)
        if self._blocks.get(purpose, (-1,))[0] != block:
            numbers = [
                draw(self.BLOCK, *shape, generator=seeded_generator(s, purpose, block))
                for s in self.seeds
            ]
            self._blocks[purpose] = block, torch.stack(numbers).to(self.device)
        return self._blocks[purpose][1][:, offset]


class RowLosses:
    """The scaled losses of all members, applied to scores (E, B) row by row."""

    def __init__(self, configs: Sequence[Config], device: torch.device) -> None:
        """Members must be sorted by loss, so that equal losses are one slice."""
        self.groups: list[tuple[str, slice, Tensor]] = []
        start = 0
        for name, members in groupby(configs, key=lambda c: c.loss):
            alphas = [[c.alpha] for c in members]
            rows = slice(start, start + len(alphas))
            self.groups.append((name, rows, torch.tensor(alphas, device=device)))
            start = rows.stop

    def value(self, term: str, scores: Tensor) -> Tensor:
        """(L(alpha f) - L(0)) / alpha of the term, (E, B), differentiable."""
        parts = [
            scaled_term(LOSSES[name].terms[term], alpha)(scores[rows])
            for name, rows, alpha in self.groups
        ]
        return torch.cat(parts)

    def slope(self, term: str, scores: Tensor) -> Tensor:
        """L'(alpha f) of the term, (E, B)."""
        parts = [
            LOSSES[name].terms[term].slope(alpha * scores[rows])
            for name, rows, alpha in self.groups
        ]
        return torch.cat(parts)


class Cohort:
    """The stacked state of E GANs and the lifted networks that run it.

    Attributes:
        configs: one per member, sorted by loss.
        g, d: trainable parameters, name -> (E, ...).
        g_buffers: running statistics of batch normalization.
        averaged: moving average of ``g`` and ``g_buffers``; empty without averaging.
        d_state: what the regularizer carries along per weight.
        diverged_at: step of the first non-finite score, -1 while there is none, (E,).
    """

    def __init__(self, configs: Sequence[Config], device: torch.device) -> None:
        """Initialize members of one ``Config.cohort_key``, sorted by loss."""
        first = configs[0]
        self.configs, self.device = list(configs), device
        model, sizes = MODELS[first.model], first.sizes
        self._plain = model.generator(sizes), model.discriminator(sizes)
        shape = (sizes.channels, sizes.image_size, sizes.image_size)
        self.shape = shape if model.image_size else (2,)
        self.generator = Lifted(self._plain[0], (sizes.z_dim,))
        self.discriminator = Lifted(self._plain[1], self.shape)
        self.regularizer = REGULARIZERS[first.regularizer]
        self.optimizer = OPTIMIZERS[first.optimizer]
        self.noise = Noise([c.seed for c in configs], device)
        self.g, self.g_buffers = self._stack(self._plain[0], "generator")
        self.d, _ = self._stack(self._plain[1], "discriminator")
        self.averaged: Tensors = {}
        if first.ema_decay:
            state = (self.g | self.g_buffers).items()
            self.averaged = {k: v.detach().clone() for k, v in state}
        self.g_moments = self.optimizer.init(self.g)
        self.d_moments = self.optimizer.init(self.d)
        self.diverged_at = torch.full((len(configs),), -1, device=device)
        self._read_configs()
        self.d_state = self._start_regularizer()

    def _read_configs(self) -> None:
        def column(name: str) -> Tensor:
            values = [getattr(c, name) for c in self.configs]
            return torch.tensor(values, device=self.device)

        self.losses = RowLosses(self.configs, self.device)
        self.strength = Strength(column("lipschitz_k"), column("penalty_weight"))
        self.lr_g, self.lr_d = column("lr_g"), column("lr_d")

    def _stack(self, module: nn.Module, purpose: str) -> tuple[Tensors, Tensors]:
        """Initialize the module once per seed; stack parameters and statistics."""
        states = {}
        for seed in self.noise.seeds:
            initialize(module, seeded_generator(seed, f"init {purpose}"))
            states[seed] = {k: v.clone() for k, v in module.state_dict().items()}
        stacked = {
            name: torch.stack([states[c.seed][name] for c in self.configs])
            for name in module.state_dict()
            if not name.endswith("num_batches_tracked")
        }
        trainable = {name for name, _ in module.named_parameters()}
        placed = {k: v.to(self.device) for k, v in stacked.items()}
        parameters = {
            k: v.requires_grad_() for k, v in placed.items() if k in trainable
        }
        return parameters, {k: v for k, v in placed.items() if k not in trainable}

    def _matrices(self) -> Tensors:
        """The discriminator's weights as matrices (E, outputs, inputs x area)."""
        return {k: w.flatten(2) for k, w in self.d.items() if k.endswith("weight")}

    @torch.no_grad()
    def _start_regularizer(self) -> Tensors:
        state = {}
        for name, matrix in self._matrices().items():
            noise = self.noise.normal(f"regularizer {name}", 0, matrix.shape[1])
            state[name] = self.regularizer.start(matrix, noise)
        return state

    @torch.no_grad()
    def advance_regularizer(self) -> None:
        """Move the regularizer's state on, once per discriminator update."""
        for name, matrix in self._matrices().items():
            self.d_state[name] = self.regularizer.advance(matrix, self.d_state[name])

    @torch.no_grad()
    def project(self) -> None:
        """Let the regularizer put the updated weights back where they may be."""
        for name, matrix in self._matrices().items():
            allowed = self.regularizer.project(matrix, self.strength)
            if allowed is not matrix:
                self.d[name].copy_(allowed.view_as(self.d[name]))

    def regularized_weights(self) -> Tensors:
        """All parameters of the discriminators as the regularizer leaves them."""
        weights = dict(self.d)
        for name, matrix in self._matrices().items():
            normal = self.regularizer.weight(matrix, self.d_state[name], self.strength)
            weights[name] = normal.view_as(self.d[name])
        return weights

    def critic(self) -> Critic:
        """The score function of the present weights: (E, B, *shape) to (E, B)."""
        operands = self.discriminator.prepare(self.regularized_weights())
        return lambda x: self.discriminator(operands, x)

    def sampler(
        self, training: bool, averaged: bool = False
    ) -> Callable[[Tensor], Tensor]:
        """The generators: noise (E, B, z_dim) to samples (E, B, *shape).

        In training mode batch normalization uses the batch and updates its statistics.
        ``averaged`` takes the moving average of the weights, where there is one.
        """
        state = self.averaged if averaged and self.averaged else self.g | self.g_buffers
        operands = self.generator.prepare(state)
        return lambda z: self.generator(operands, z, training=training)

    @torch.no_grad()
    def average(self, step: int) -> None:
        """Move the averaged generators on, after step number ``step``, from 1.

        The decay grows from 0 to ``Config.ema_decay``, so that the average forgets the
        initial weights.
        """
        decay = min(self.configs[0].ema_decay, step / (step + 10))
        for name, tensor in (self.g | self.g_buffers).items():
            if name in self.averaged:
                self.averaged[name].lerp_(tensor, 1 - decay)

    def note_divergence(self, scores: Tensor, step: int) -> None:
        """Remember the first step at which a member's scores (E, B) are not finite."""
        lost = ~torch.isfinite(scores).all(1) & (self.diverged_at < 0)
        self.diverged_at = torch.where(lost, step, self.diverged_at)

    @torch.no_grad()
    def keep(self, rows: list[int]) -> None:
        """Go on with these members only, in this order."""
        index = torch.tensor(rows, device=self.device)
        groups = (
            self.g,
            self.d,
            self.g_buffers,
            self.averaged,
            self.d_state,
            self.g_moments,
            self.d_moments,
        )
        for tensors in groups:
            for name, tensor in tensors.items():
                tensors[name] = tensor[index].requires_grad_(tensor.requires_grad)
        self.diverged_at = self.diverged_at[index]
        self.configs = [self.configs[i] for i in rows]
        self.noise.keep(index)
        self._read_configs()

    def plain_discriminator(self, row: int) -> nn.Sequential:
        """One member's discriminator as a plain module with its regularized weights."""
        model = MODELS[self.configs[row].model]
        module = model.discriminator(self.configs[row].sizes)
        weights = self.regularized_weights()
        module.load_state_dict({k: v[row].detach().cpu() for k, v in weights.items()})
        return module
