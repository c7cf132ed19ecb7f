"""Training against a textbook loop: plain modules, the paper's equations, torch."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.func import functional_call

from lipgan.engine.cohort import Cohort
from lipgan.gan.models import MODELS
from lipgan.training import load_data, train

CPU = torch.device("cpu")
STEPS, N_PROBE = 20, 512
ANGLE = math.cos(1)
# Textbook losses, measured from their value at score 0: real, fake, generator.
TEXTBOOK = {
    "ns": (
        lambda f: (
            F.binary_cross_entropy_with_logits(f, torch.ones_like(f)) - math.log(2)
        ),
        lambda f: (
            F.binary_cross_entropy_with_logits(f, torch.zeros_like(f)) - math.log(2)
        ),
        lambda f: (
            F.binary_cross_entropy_with_logits(f, torch.ones_like(f)) - math.log(2)
        ),
    ),
    "wgan": (lambda f: -f.mean(), lambda f: f.mean(), lambda f: -f.mean()),
    "cos": (
        lambda f: ANGLE - torch.cos(f - 1).mean(),
        lambda f: ANGLE - torch.cos(f + 1).mean(),
        lambda f: ANGLE - torch.cos(f - 1).mean(),
    ),
}


class Textbook:
    """One GAN with plain modules and torch's RMSprop, from the paper's equations."""

    def __init__(self, config):
        self.config, self.data = config, load_data(config)
        start = Cohort([config], CPU)  # for its initial weights and streams only
        self.noise = start.noise
        model = MODELS[config.model]
        self.g, self.d = (
            model.generator(config.sizes),
            model.discriminator(config.sizes),
        )
        for module, player in (
            (self.g, start.generators),
            (self.d, start.discriminators),
        ):
            own = {k: v[0].clone() for k, v in player.weights.items()}
            module.load_state_dict(own, strict=False)
        self.u = {k: v[0].clone() for k, v in start.discriminators.state.items()}
        self.opt_g = torch.optim.RMSprop(self.g.parameters(), lr=config.lr_g)
        self.opt_d = torch.optim.RMSprop(self.d.parameters(), lr=config.lr_d)

    def iterate(self):
        for name, w in self.d.named_parameters():
            if self.config.regularizer == "sn" and name.endswith("weight"):
                matrix = w.detach().flatten(1)
                u = matrix @ (matrix.T @ self.u[name])
                self.u[name] = u / u.norm()

    def score(self, x):
        weights = dict(self.d.named_parameters())
        for name, w in weights.items():
            if self.config.regularizer == "sn" and name.endswith("weight"):
                u = self.u[name]
                v = (w.detach().flatten(1).T @ u).detach()
                sigma = u @ w.flatten(1) @ (v / v.norm())
                weights[name] = self.config.lipschitz_k * w / sigma
        return functional_call(self.d, weights, (x,))

    def gradient_penalty(self, x_real, x_fake, step):
        c = self.config
        if c.regularizer != "gp":
            return torch.zeros(())
        t = self.noise.uniform("penalty", step, c.batch_size)[0].view(-1, 1, 1, 1)
        x_hat = (t * x_real + (1 - t) * x_fake).requires_grad_()
        (g,) = torch.autograd.grad(self.score(x_hat).sum(), x_hat, create_graph=True)
        return (
            c.penalty_weight * ((g.flatten(1).norm(dim=1) - c.lipschitz_k) ** 2).mean()
        )

    def step(self, step):
        c, alpha = self.config, self.config.alpha
        real, fake, generator = TEXTBOOK[c.loss]
        picks = self.noise.indices("data", step, len(self.data), c.batch_size)
        x_real = self.data.batch(picks)[0]
        x_fake = self.g(self.noise.normal("z for d", step, c.batch_size, c.z_dim)[0])
        x_fake = x_fake.detach()
        self.iterate()  # once per discriminator update, not for the generator
        loss_d = (
            real(alpha * self.score(x_real)) + fake(alpha * self.score(x_fake))
        ) / alpha
        penalty = self.gradient_penalty(x_real, x_fake, step)
        self.opt_d.zero_grad()
        (loss_d + penalty).backward()
        self.opt_d.step()
        z = self.noise.normal("z for g", step, c.batch_size, c.z_dim)[0]
        loss_g = generator(alpha * self.score(self.g(z))) / alpha
        self.opt_g.zero_grad()
        loss_g.backward()
        self.opt_g.step()
        self.g.eval()
        z = self.noise.normal("probe z", 0, N_PROBE, c.z_dim)[0]
        mean = self.score(self.g(z)).mean()
        self.g.train()
        return [float(v.detach()) for v in (loss_d, loss_g, penalty, mean)]


KEYS = ("loss_d", "loss_g", "penalty", "score_fake_mean")
CASES = [
    {"loss": "ns"},
    {"loss": "wgan", "lipschitz_k": 5.0},
    {"loss": "cos", "alpha": 0.5, "lipschitz_k": 2.0},
    {"loss": "ns", "regularizer": "gp", "lipschitz_k": 0.5},
    {"loss": "ns", "regularizer": "none"},
]


def assert_matches_textbook(config, reference):
    (run,) = train([config], device="cpu")
    rows = [reference.step(step) for step in range(STEPS)]
    assert run.history["step"] == list(range(1, STEPS + 1))
    for key, column in zip(KEYS, zip(*rows, strict=True), strict=True):
        # Relative to the largest value: a loss may pass through zero.
        scale = max(abs(v) for v in column)
        assert run.history[key] == pytest.approx(column, rel=1e-3, abs=1e-3 * scale)


def textbook_config(tiny, **fields):
    return tiny(
        num_steps=STEPS, history_points=STEPS, lr_d=1e-3, lr_g=1e-3, seed=5, **fields
    )


@pytest.mark.parametrize("fields", CASES, ids=lambda f: "-".join(map(str, f.values())))
def test_training_equals_a_textbook_loop(fields, tiny):
    config = textbook_config(tiny, **fields)
    assert_matches_textbook(config, Textbook(config))


class NoIteration(Textbook):
    def iterate(self):
        pass


class IterateTwice(Textbook):
    """Also iterates for the generator, as torch's module would in training mode."""

    def step(self, step):
        rows = super().step(step)
        self.iterate()
        return rows


class NoPenalty(Textbook):
    def gradient_penalty(self, x_real, x_fake, step):
        return torch.zeros(())


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (NoIteration, {"loss": "cos", "lipschitz_k": 2.0}),
        (IterateTwice, {"loss": "cos", "lipschitz_k": 2.0}),
        (NoPenalty, {"loss": "ns", "regularizer": "gp"}),
    ],
)
def test_textbook_comparison_notices_a_mistake(wrong, fields, tiny):
    config = textbook_config(tiny, **fields)
    with pytest.raises(AssertionError):
        assert_matches_textbook(config, wrong(config))


def test_several_discriminator_updates_use_fresh_batches(tiny):
    """n_dis = 3 for one step equals three plain discriminator updates."""
    config = textbook_config(tiny, loss="wgan", n_dis=3)
    book = Textbook(config)
    for draw in range(3):
        picks = book.noise.indices("data", draw, len(book.data), config.batch_size)
        x_real = book.data.batch(picks)[0]
        z = book.noise.normal("z for d", draw, config.batch_size, config.z_dim)[0]
        x_fake = book.g(z).detach()
        book.iterate()
        loss = book.score(x_fake).mean() - book.score(x_real).mean()
        book.opt_d.zero_grad()
        loss.backward()
        book.opt_d.step()
    (run,) = train([config], device="cpu")
    assert run.history["loss_d"][0] == pytest.approx(float(loss.detach()), rel=1e-3)
