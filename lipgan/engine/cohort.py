"""A cohort: E GANs of one shape, trained as one program.

Every tensor carries a leading member axis. Members never mix, and all randomness of a
member is a function of its own seed, the purpose and the step, so its result does not
depend on its company.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from lipgan.config import Config
from lipgan.engine.lifting import Lifted, Tensors
from lipgan.engine.memory import keep_freed_memory
from lipgan.engine.noise import Noise, seeded_generator
from lipgan.gan.biases import bias_factors, step_sizes
from lipgan.gan.losses import LOSSES, scaled_term
from lipgan.gan.models import MODELS, initialize
from lipgan.gan.optimizers import OPTIMIZERS, Rates, per_member
from lipgan.gan.push import RowPushes, Setting
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.gan.regularizers.base import Critic, Strength


class RowLosses:
    """The scaled losses of all members, applied to scores (E, B) row by row."""

    def __init__(self, configs: Sequence[Config], device: torch.device) -> None:
        """Of members in any order: those of one loss are picked and put back."""
        self.alphas = torch.tensor([[c.alpha] for c in configs], device=device)
        self.centers: Tensor | None = None  # what is taken for score 0, (E, 1)
        places: dict[str, list[int]] = {}
        for row, config in enumerate(configs):
            places.setdefault(config.loss, []).append(row)
        self.groups = [
            (name, torch.tensor(rows, device=device)) for name, rows in places.items()
        ]
        order = torch.cat([rows for _, rows in self.groups])
        self.back = torch.argsort(order)  # where each row is among the groups

    def value(self, term: str, scores: Tensor) -> Tensor:
        """(L(alpha f) - L(0)) / alpha of the term, (E, B), differentiable."""
        scores = self.shifted(scores)
        parts = [
            scaled_term(LOSSES[name].terms[term], self.alphas[rows])(scores[rows])
            for name, rows in self.groups
        ]
        return torch.cat(parts)[self.back]

    def slope(self, term: str, scores: Tensor) -> Tensor:
        """L'(alpha f) of the term, (E, B): what trains both networks."""
        with torch.enable_grad():
            inner = (self.alphas * self.shifted(scores)).detach().requires_grad_()
            parts = [
                LOSSES[name].terms[term].value(inner[rows])
                for name, rows in self.groups
            ]
            return torch.autograd.grad(torch.cat(parts).sum(), inner)[0]

    def shifted(self, scores: Tensor) -> Tensor:
        """Scores (E, B) as they are, or from the center of a pinned domain."""
        return scores if self.centers is None else scores - self.centers


class Cohort:
    """The stacked state of E GANs and the lifted networks that run it.

    Attributes:
        configs: one per member, in any order.
        g, d: trainable parameters, name -> (E, ...).
        g_buffers: running statistics of batch normalization.
        averaged: moving average of ``g`` and ``g_buffers``; empty without averaging.
        d_state: what the regularizer carries along per weight.
        memory: what its penalty keeps from one update to the next.
        diverged_at: step of the first non-finite score, -1 while there is none, (E,).
    """

    def __init__(self, configs: Sequence[Config], device: torch.device) -> None:
        """Initialize members of one ``Config.cohort_key``, in any order."""
        keep_freed_memory()
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
        self._start_biases()
        self.d_state = self._start_regularizer()
        self.memory: Tensors = {}

    def _read_configs(self) -> None:
        def column(name: str) -> Tensor:
            values = [getattr(c, name) for c in self.configs]
            return torch.tensor(values, device=self.device)

        self.losses = RowLosses(self.configs, self.device)
        self.pushes = RowPushes(
            self.losses,
            [Setting(c.push, c.balance, c.pinned_width) for c in self.configs],
            self.device,
        )
        self.strength = Strength(column("lipschitz_k"), column("penalty_weight"))
        self.lr_g, self.lr_d = column("lr_g"), self._rates(column("lr_d"))

    def _rates(self, lr: Tensor) -> Rates:
        """Learning rates of the discriminators, whose biases may have their own."""
        kinds = [c.d_biases for c in self.configs]
        factors = bias_factors(self.d, kinds, [c.lipschitz_k for c in self.configs])
        self.d_bias_factors = factors
        return step_sizes(lr, self.d, factors) if factors else lr

    @torch.no_grad()
    def _start_biases(self) -> None:
        for name, factor in self.d_bias_factors.items():
            self.d[name].mul_(per_member(factor, self.d[name]))

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
        """Let the regularizer put the updated parameters back where they may be."""
        for parameter in self.d.values():
            allowed = self.regularizer.project(parameter, self.strength)
            if allowed is not parameter:
                parameter.copy_(allowed)

    def regularized_weights(self) -> Tensors:
        """All parameters of the discriminators as the regularizer leaves them."""
        weights = dict(self.d)
        for name, matrix in self._matrices().items():
            normal = self.regularizer.weight(matrix, self.d_state[name], self.strength)
            weights[name] = normal.view_as(self.d[name])
        return weights

    def critic(self, for_generators: bool = False) -> Critic:
        """The score function of the present weights: (E, B, *shape) to (E, B).

        ``for_generators`` gives scores differentiable in the samples only.
        """
        weights = self.regularized_weights()
        if for_generators:  # biases too, or their gradients would be computed in vain
            weights = {k: w.detach() for k, w in weights.items()}
        own = self.regularizer
        hook = own.generator_scores if for_generators else own.scores

        def raw(x: Tensor) -> Tensor:
            return self.discriminator(weights, x)

        return lambda x: hook(raw, x, self.strength)

    def sampler(
        self, training: bool, averaged: bool = False
    ) -> Callable[[Tensor], Tensor]:
        """The generators: noise (E, B, z_dim) to samples (E, B, *shape).

        In training mode batch normalization uses the batch and updates its statistics.
        ``averaged`` takes the moving average of the weights, where there is one.
        """
        state = self.averaged if averaged and self.averaged else self.g | self.g_buffers
        return lambda z: self.generator(state, z, training=training)

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

    @property
    def state(self) -> dict[str, Tensors]:
        """All that is carried from one step to the next, but for ``diverged_at``."""
        names = "g d g_buffers averaged d_state memory g_moments d_moments"
        return {name: getattr(self, name) for name in names.split()}

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
        weights = self.regularized_weights()
        module.load_state_dict({k: v[row].detach().cpu() for k, v in weights.items()})
        return module

    def plain_generator(self, row: int) -> nn.Sequential:
        """One member's generator as a plain module, averaged if there is an average."""
        module = MODELS[self.configs[row].model].generator(self.configs[row].sizes)
        state = module.state_dict()  # has a counter of batches, which is not used
        for name, tensor in (self.averaged or self.g | self.g_buffers).items():
            state[name] = tensor[row].detach().cpu()
        module.load_state_dict(state)
        return module.eval()

    def plain_critic(self, row: int) -> Callable[[Tensor], Tensor]:
        """One member's scores as a function on the CPU: (B, *shape) to (B,)."""
        network, own = self.plain_discriminator(row), self.regularizer
        k, weight = (
            s[row : row + 1].cpu() for s in (self.strength.k, self.strength.weight)
        )
        strength = Strength(k, weight)

        def raw(x: Tensor) -> Tensor:
            return network(x[0])[None]

        return lambda x: own.scores(raw, x[None], strength)[0]
