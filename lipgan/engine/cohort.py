"""A cohort: E GANs of one shape, trained as one program.

Every tensor carries a leading member axis. Members never mix, and all randomness of a
member is a function of its own seed, the purpose and the step, so its result does not
depend on its company.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from lipgan.config import Config
from lipgan.engine.lifting import Lifted
from lipgan.engine.memory import keep_freed_memory
from lipgan.engine.noise import Noise, seeded_generator
from lipgan.gan.biases import bias_factors, step_sizes
from lipgan.gan.losses import RowLosses
from lipgan.gan.models import MODELS, initialize
from lipgan.gan.optimizers import OPTIMIZERS, per_member
from lipgan.gan.players import Discriminators, Generators, Tensors
from lipgan.gan.push import RowPushes, Setting
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.gan.regularizers.base import Strength


class Cohort:
    """The stacked players of E GANs, and what tells their members apart.

    Attributes:
        configs: one per member, in any order.
        shape: of one sample.
        generators, discriminators: weights and all that is carried along with them.
        losses, pushes: what the members' losses make of their scores.
        noise: random numbers of each member.
        diverged_at: step of the first non-finite score, -1 while there is none, (E,).
    """

    def __init__(self, configs: Sequence[Config], device: torch.device) -> None:
        """Initialize members of one ``Config.cohort_key``, in any order."""
        keep_freed_memory()
        first = configs[0]
        self.configs, self.device = list(configs), device
        self.noise = Noise([c.seed for c in configs], device)
        self.diverged_at = torch.full((len(configs),), -1, device=device)
        model, sizes = MODELS[first.model], first.sizes
        shape = (sizes.channels, sizes.image_size, sizes.image_size)
        self.shape = shape if model.image_size else (2,)
        optimizer = OPTIMIZERS[first.optimizer]
        plain = model.generator(sizes), model.discriminator(sizes)
        shapes = (sizes.z_dim,), self.shape
        self.networks = [Lifted(*pair) for pair in zip(plain, shapes, strict=True)]
        self.generators = Generators(
            self.networks[0],
            *self._stack(plain[0], "generator"),
            optimizer,
            rates=self._column("lr_g"),
            frozen=first.frozen,
            ema_decay=first.ema_decay,
        )
        weights, _ = self._stack(plain[1], "discriminator")
        self.discriminators = Discriminators(
            self.networks[1],
            weights,
            REGULARIZERS[first.regularizer],
            optimizer,
            strength=self._strength(),
            rates=self._column("lr_d"),
        )
        self._start_biases()
        self.discriminators.start(
            lambda name, count: self.noise.normal(f"regularizer {name}", 0, count)
        )
        self._read_configs()

    @property
    def layouts(self) -> list[str]:
        """The layouts in which both players can run."""
        own, other = (network.layouts for network in self.networks)
        return [layout for layout in own if layout in other]

    def lay_out(self, layout: str) -> None:
        """Run both players in one of ``layouts``; results differ by rounding alone."""
        for network in self.networks:
            network.layout = layout

    def _column(self, name: str) -> Tensor:
        """One field of all members, (E,)."""
        values = [getattr(c, name) for c in self.configs]
        return torch.tensor(values, device=self.device)

    def _strength(self) -> Strength:
        second = Strength(self._column("second_k"), self._column("second_weight"))
        first = self._column("lipschitz_k"), self._column("penalty_weight")
        return Strength(*first, second)

    def _read_configs(self) -> None:
        """Take anew from the configs in what the members differ."""
        self.losses = RowLosses(
            [c.loss for c in self.configs], [c.alpha for c in self.configs], self.device
        )
        settings = [Setting(c.push, c.balance, c.pinned_width) for c in self.configs]
        self.pushes = RowPushes(self.losses, settings, self.device)
        self.generators.rates = self._column("lr_g")
        own, factors = self.discriminators, self._bias_factors()
        own.strength, own.rates = self._strength(), self._column("lr_d")
        if factors:  # biases have rates of their own
            own.rates = step_sizes(own.rates, own.weights, factors)

    def _bias_factors(self) -> Tensors:
        kinds = [c.d_biases for c in self.configs]
        ks = [c.lipschitz_k for c in self.configs]
        return bias_factors(self.discriminators.weights, kinds, ks)

    @torch.no_grad()
    def _start_biases(self) -> None:
        weights = self.discriminators.weights
        for name, factor in self._bias_factors().items():
            weights[name].mul_(per_member(factor, weights[name]))

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

    def note_divergence(self, scores: Tensor, step: int | Tensor) -> None:
        """Remember the first step at which a member's scores (E, B) are not finite."""
        lost = ~torch.isfinite(scores).all(1) & (self.diverged_at < 0)
        self.diverged_at = torch.where(lost, step, self.diverged_at)

    @property
    def state(self) -> dict[str, Tensors]:
        """All that is carried from one step to the next, but for ``diverged_at``."""
        g, d = self.generators, self.discriminators
        return {
            "g": g.weights,
            "d": d.weights,
            "g_buffers": g.buffers,
            "averaged": g.averaged,
            "d_state": d.state,
            "memory": d.memory,
            "g_moments": g.moments,
            "d_moments": d.moments,
        }

    @torch.no_grad()
    def keep(self, rows: list[int]) -> None:
        """Go on with these members only, in this order."""
        index = torch.tensor(rows, device=self.device)
        for tensors in self.state.values():
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
        weights = self.discriminators.regularized_weights()
        module.load_state_dict({k: v[row].detach().cpu() for k, v in weights.items()})
        return module

    def plain_generator(self, row: int) -> nn.Sequential:
        """One member's generator as a plain module, averaged if there is an average."""
        module = MODELS[self.configs[row].model].generator(self.configs[row].sizes)
        state = module.state_dict()  # has a counter of batches, which is not used
        for name, tensor in self.generators.judged.items():
            state[name] = tensor[row].detach().cpu()
        module.load_state_dict(state)
        return module.eval()

    def plain_critic(
        self, row: int, network: nn.Module | None = None
    ) -> Callable[[Tensor], Tensor]:
        """One member's scores as a function on the CPU: (B, *shape) to (B,).

        Args:
            row: of the member.
            network: instead of its discriminator, one trained earlier.
        """
        own = self.discriminators
        network = network or self.plain_discriminator(row)
        strength = own.strength.of(row)

        def raw(x: Tensor) -> Tensor:
            return network(x[0])[None]

        return lambda x: own.regularizer.scores(raw, x[None], strength)[0]
