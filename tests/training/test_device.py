"""Whole steps on the `meta` device, which has shapes and no numbers.

A tensor left on the host, a copy to the host, or a shape that depends on numbers is an
error there, so that what steps on it keeps a GPU busy without waiting for it.
"""

import pytest
import torch
from torch.overrides import TorchFunctionMode

from lipgan import features
from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.engine.lifting import LAYOUTS
from lipgan.engine.noise import Noise
from lipgan.experiments import table3
from lipgan.gan.models import MODELS
from lipgan.gan.regularizers import REGULARIZERS, Regularizer
from lipgan.training import Training
from lipgan.training.evaluate import image_metrics
from lipgan.training.reference import make_reference
from tests.engine.kernels import Kernels

META = torch.device("meta")
JOINED = ("sn+gp", "sn+alp", "r1+gran", "clip+r1+r2")
NOISE = {"rand", "randn", "stack", "_to_copy"}  # drawn on the host, then copied
MOST_KERNELS = 700  # of a step of 35 members, but for one after the other
MEMBERS = [{"loss": "ns", "push": "perm"}, {"loss": "exp", "alpha": 0.5, "seed": 1}]
USUAL = [
    *((r, "dcgan8") for r in (*REGULARIZERS, *JOINED)),
    *(("sn+gp", m) for m in ("dcgan32", "toy_mlp", "toy_point")),
]
OTHERS = [
    *((r, m) for r in REGULARIZERS for m in ("dcgan32", "toy_mlp", "toy_point")),
    *(("gp", m) for m in MODELS if m not in ("dcgan8", "dcgan32")),
]
GRID = [*USUAL, *(pytest.param(*c, marks=pytest.mark.slow) for c in OTHERS)]


def made_up(config: Config, device: torch.device = META) -> Dataset:
    """Data of the config's shape; no numbers in them."""
    shape = (config.channels, config.image_size, config.image_size)
    if config.image_size:
        x = torch.zeros(64, *shape, dtype=torch.uint8, device=device)
    else:
        x = torch.zeros(64, 2, device=device)
    return Dataset("made up", x, torch.zeros(64, dtype=torch.long, device=device), 10)


def cohort_of(model: str, **fields) -> list[Config]:
    size = MODELS[model].image_size
    shape = {"image_size": size, "channels": 3} if size else {}
    dataset = {"toy_point": "toy2d", "toy_mlp": "toy2d_ring"}.get(model, "cifar10")
    shared = {"scale": "smoke", "dataset": dataset, "model": model, "batch_size": 4}
    return [Config(**shared, **shape, **fields, **own) for own in MEMBERS]


def step_kernels(training: Training, step: int, measure: bool = False) -> Kernels:
    with Kernels() as kernels:
        training.step(step, measure=measure)
    return kernels


@pytest.mark.parametrize(("regularizer", "model"), GRID)
def test_every_regularizer_model_and_layout_steps_without_the_host(regularizer, model):
    configs = cohort_of(model, regularizer=regularizer)
    training = Training(configs, made_up(configs[0]))
    layouts = training.cohort.layouts
    assert layouts == list(LAYOUTS if model.startswith("dcgan") else LAYOUTS[:1])
    for step, layout in enumerate(layouts, 1):
        training.cohort.lay_out(layout)
        kernels = step_kernels(training, step, measure=True)
        assert step == 1 or set(kernels.host) <= NOISE  # the first makes tables too
        assert not kernels.waits
        assert sum(kernels.device.values()) > 100
    carried = [t for group in training.cohort.state.values() for t in group.values()]
    assert {t.device for t in carried} == {META}


@pytest.mark.parametrize(
    "shared",
    [
        {"optimizer": "adam", "n_dis": 2},
        {"optimizer": "sgd", "ema_decay": 0.9},
        {"optimizer": "rmsprop_tf", "lr_g": 0.0, "pinned_width": 2.0},
        {"d_biases": "scaled"},
    ],
    ids=str,
)
def test_other_updates_step_without_the_host(shared):
    configs = cohort_of("dcgan8", **shared)
    training = Training(configs, made_up(configs[0]))
    training.step(1)
    kernels = step_kernels(training, 2)
    assert not kernels.host + kernels.waits


def test_a_step_reads_nothing_from_the_host_but_the_blocks_noise():
    configs = cohort_of("dcgan8", regularizer="gp")
    training = Training(configs, made_up(configs[0]))
    training.step(1)  # makes tables too
    block = Noise.BLOCK
    for step in (2, block, block + 1, block + 2):
        kernels = step_kernels(training, step)
        assert set(kernels.host) == (NOISE if step == block + 1 else set())
        assert not kernels.waits


@pytest.mark.parametrize("layout", ["grouped", "rows"])
def test_table3_at_the_papers_width_launches_few_kernels(layout):
    training = table3_cohort(35, layout)
    assert 300 < sum(step_kernels(training, 2).device.values()) <= MOST_KERNELS


def table3_cohort(members: int, layout: str) -> Training:
    configs = table3("mnist", "paper")[:members]
    training = Training(configs, made_up(configs[0]))
    training.cohort.lay_out(layout)
    return training


def test_one_member_after_the_other_launches_more_with_every_member():
    counts = [
        sum(step_kernels(table3_cohort(members, "single"), 2).device.values())
        for members in (1, 2)
    ]
    assert counts[1] - counts[0] > 80


class Careless(Regularizer):
    """Does with its penalty what a GPU has to wait for, or cannot do."""

    def __init__(self, what):
        self.what = what

    def penalty(self, critic, batch, strength):
        """The penalty of each member, (E,)."""
        return self.what(critic(batch.x_real).square().mean(1))


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (lambda p: p * float(p.sum()), "item"),
        (lambda p: p[p > 0].sum() + p, "nonzero"),
        (lambda p: p * p.detach().cpu(), "meta"),
        (lambda p: p * torch.ones(2), "meta"),
    ],
)
def test_what_a_gpu_would_wait_for_is_an_error_here(what, message, monkeypatch):
    monkeypatch.setitem(REGULARIZERS, "r1", Careless(what))
    configs = cohort_of("dcgan8", regularizer="r1")
    training = Training(configs, made_up(configs[0]))
    with pytest.raises((RuntimeError, NotImplementedError), match=message):
        training.step(1)


def test_a_number_left_on_the_host_is_counted():
    with Kernels() as kernels:
        torch.ones(3, device=META) * torch.tensor(2.0)  # torch lets this pass
    assert kernels.host["mul"] == 1


def test_a_copy_to_the_device_is_counted_and_does_not_wait():
    with Kernels() as kernels:
        torch.ones(3).to(META)
    assert (kernels.host["_to_copy"], kernels.waits["_to_copy"]) == (1, 0)


class StaysThere(TorchFunctionMode):
    """Refuses to fetch a tensor from its device."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        """Call a function of torch, unless it fetches a tensor."""
        name = getattr(func, "__name__", "")
        if name in ("cpu", "numpy", "tolist", "__array__") or (
            name == "to" and "cpu" in [a for a in args[1:] if isinstance(a, str)]
        ):
            raise RuntimeError(f"{name} fetches a tensor")
        return func(*args, **(kwargs or {}))


def test_judging_images_fetches_nothing_from_the_device_but_its_numbers():
    images = torch.randint(256, (40, 1, 8, 8), dtype=torch.uint8)
    dataset = Dataset("made up", images, None, 0)
    extractor = features.load_extractor("digits")
    with StaysThere():
        reference = make_reference(dataset, extractor)
        metrics = image_metrics(images.flip(0), reference)
    assert metrics["fd_digits_40"] == pytest.approx(0, abs=1e-4)
    with pytest.raises(RuntimeError, match="cpu fetches"), StaysThere():
        images.cpu()
