"""The loop against a textbook loop, divergence, determinism, every registry entry."""

import math
from itertools import product

import pytest
import torch
import torch.nn.functional as F
from torch.func import functional_call

from lipgan import training
from lipgan.cohort import Cohort
from lipgan.losses import LOSSES, Loss, Term
from lipgan.models import MODELS
from lipgan.optimizers import OPTIMIZERS
from lipgan.regularizers import REGULARIZERS
from lipgan.training import load_data, pick_device, train

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
        for module, weights in ((self.g, start.g), (self.d, start.d)):
            own = {k: v[0].clone() for k, v in weights.items()}
            module.load_state_dict(own, strict=False)
        self.u = {k: v[0].clone() for k, v in start.d_state.items()}
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


def test_rmsprop_equals_torch_with_a_rate_per_member():
    ours, lr = {"w": torch.randn(2, 3)}, torch.tensor([1e-2, 3e-1])
    theirs = [ours["w"][i].clone().requires_grad_() for i in range(2)]
    optimizers = [
        torch.optim.RMSprop([t], lr=float(lr[i])) for i, t in enumerate(theirs)
    ]
    rule = OPTIMIZERS["rmsprop"]
    state = rule.init(ours)
    for _ in range(5):
        grads = {"w": torch.randn(2, 3)}
        rule.step(ours, grads, state, lr)
        for i, (t, optimizer) in enumerate(zip(theirs, optimizers, strict=True)):
            t.grad = grads["w"][i]
            optimizer.step()
    torch.testing.assert_close(ours["w"], torch.stack(theirs).detach())


@pytest.mark.parametrize(("loss", "regularizer"), list(product(LOSSES, REGULARIZERS)))
def test_every_loss_trains_with_every_regularizer(loss, regularizer, tiny):
    (run,) = train([tiny(loss=loss, regularizer=regularizer)], device="cpu")
    assert run.status == "completed"
    assert run.history["step"] == [1, 2]
    finite = [v for k in ("loss_d", "loss_g", "penalty") for v in run.history[k]]
    assert all(math.isfinite(v) for v in finite)
    assert all(v > 0 for v in run.history["penalty"]) == (regularizer == "gp")
    assert run.samples.shape == (32, 64)


@pytest.mark.parametrize(
    "dataset", ["toy2d", "toy2d_ring", "mnist", "cifar10", "celeba"]
)
def test_every_data_set_trains_at_smoke_scale(dataset, tiny, tmp_path):
    config = tiny(dataset=dataset, num_steps=1, eval_samples=16)
    (run,) = train([config], device="cpu", data_dir=tmp_path)
    assert run.status == "completed"
    assert any(k.startswith(("fd_", "w1_")) for k in run.metrics)


def test_a_loss_of_the_user_trains(tiny, monkeypatch):
    up = Term(lambda f: (f**2 + 1).sqrt() - f)
    down = Term(lambda f: (f**2 + 1).sqrt() + f)
    monkeypatch.setitem(LOSSES, "sqrt", Loss("SQRT", up, down, up))
    runs = train([tiny(loss="sqrt", alpha=1e-8), tiny()], device="cpu")
    assert [run.status for run in runs] == ["completed"] * 2
    assert runs[0].history["loss_d"][0] != 0


def exploding(tiny, **fields):
    return tiny(loss="exp", lipschitz_k=50.0, **fields)


def test_divergence_is_recorded_and_others_go_on(tiny):
    fields = {"num_steps": 6, "history_points": 6}
    lost, fine = train([exploding(tiny, **fields), tiny(**fields)], device="cpu")
    assert (lost.status, lost.diverged) == ("diverged", True)
    assert 1 <= lost.diverged_at <= 6
    assert lost.samples is None
    assert "fd_digits_64" not in lost.metrics
    assert lost.metrics["fd_digits_constant"] == fine.metrics["fd_digits_constant"]
    assert lost.history["step"][-1] < 6
    assert (fine.status, fine.diverged_at) == ("completed", None)
    assert fine.history["step"] == [1, 2, 3, 4, 5, 6]


def test_sigma_of_a_diverged_member_is_not_made_up(tiny):
    lost = train([exploding(tiny, num_steps=6, history_points=6)], device="cpu")[0]
    assert not any(value == 0.0 for value in lost.history["sigma"][-1])


def test_all_members_diverged_ends_the_run_early(tiny):
    lines = []
    config = exploding(tiny, num_steps=100_000, history_points=1000)
    (run,) = train([config], device="cpu", progress=lines.append)
    assert run.diverged
    assert len(lines) <= 2
    assert run.history["step"][-1] <= 101


def test_a_fatal_last_update_is_noticed(tiny):
    """The scores are finite to the end; the generator's last update is not."""
    broken, fine = train(
        [tiny(lr_g=1e39, num_steps=1), tiny(num_steps=1)], device="cpu"
    )
    assert broken.diverged_at == 1
    assert broken.samples is None
    assert fine.status == "completed"


def test_same_config_same_history_and_metrics(tiny):
    config = tiny(num_steps=6, history_points=6)
    first, second = (train([config], device="cpu")[0] for _ in range(2))
    assert first.history == second.history
    assert first.metrics == second.metrics
    assert (first.samples == second.samples).all()
    other = train([tiny(num_steps=6, history_points=6, seed=1)], device="cpu")[0]
    assert other.history != first.history


def test_moments_are_spaced_evenly_and_include_both_ends(tiny):
    (run,) = train([tiny(num_steps=10, history_points=4)], device="cpu")
    assert run.history["step"][0] == 1
    assert run.history["step"][-1] == 10
    assert len(run.history["step"]) == 5


def test_history_holds_ranges_of_scores_and_slopes(tiny):
    (run,) = train([tiny(loss="ns", lipschitz_k=0.5)], device="cpu")
    last = {k: v[-1] for k, v in run.history.items()}
    for side in ("real", "fake"):
        ends = [last[f"score_{side}_{end}"] for end in ("min", "mean", "max")]
        assert ends == sorted(ends)
    # L' of NS on real scores is -1 / (1 + e^f), increasing in f.
    for end in ("min", "max"):
        slope = -1 / (1 + math.exp(last[f"score_real_{end}"]))
        assert last[f"slope_real_{end}"] == pytest.approx(slope, rel=1e-5)
    assert last["sigma"] == pytest.approx([0.5] * 3, rel=0.05)


def test_provenance_says_where_the_run_comes_from(tiny):
    (run,) = train([tiny()], device="cpu")
    assert run.provenance["device"].startswith("cpu: ")
    assert run.provenance["torch"] == torch.__version__
    assert run.provenance["cohort_seconds"] > 0


def test_unknown_or_missing_devices_are_refused(monkeypatch, tiny):
    with pytest.raises(ValueError, match="device: 'tpu' is not one of auto, cpu, cuda"):
        train([tiny()], device="tpu")
    monkeypatch.setattr(training.torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="device: 'cuda' .* no GPU is visible"):
        pick_device("cuda")
    assert pick_device("auto") == CPU


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu_gives_the_history_of_the_cpu(tiny):
    config = tiny(num_steps=6, history_points=6)
    cpu, gpu = (train([config], device=d)[0] for d in ("cpu", "cuda"))
    assert gpu.history["loss_d"] == pytest.approx(cpu.history["loss_d"], rel=1e-2)
