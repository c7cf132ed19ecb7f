"""The lifted networks against plain modules, member by member, in every layout."""

from copy import deepcopy

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lipgan.engine.lifting import Lifted
from lipgan.gan.models import MODELS, Sizes, initialize

MEMBERS, BATCH = 3, 4
SIZES = {
    "dcgan8": Sizes(8, 1, 4, 5),
    "dcgan32": Sizes(32, 3, 3, 5),
    "dcgan64": Sizes(64, 3, 2, 5),
    "wide": Sizes(16, 6, 3, 5),  # so many image channels go to the library
    "toy_mlp": Sizes(0, 0, 6, 4),
    "toy_point": Sizes(0, 0, 6, 1),
}
LAYOUTS = [
    (name, layout)
    for name in SIZES
    for layout in ("rows", "grouped", "single")
    if layout == "rows" or "toy" not in name
]


def build(name, kind):
    """The function that builds one network, and the shape of its inputs."""
    sizes = SIZES[name]
    model = MODELS["dcgan32" if name == "wide" else name]
    side = sizes.image_size
    image = (sizes.channels, side, side) if side else (2,)
    shape = (sizes.z_dim,) if kind == "generator" else image
    return lambda: getattr(model, kind)(sizes), shape


def members(make):
    """Plain modules with different weights, biases and batch statistics."""
    modules = []
    for seed in range(MEMBERS):
        module, generator = make(), torch.Generator().manual_seed(seed)
        initialize(module, generator)
        for tensor in module.state_dict().values():
            if tensor.is_floating_point():
                tensor += 0.1 * torch.rand(tensor.shape, generator=generator)
        modules.append(module)
    return modules


def stacked(modules):
    states = [m.state_dict() for m in modules]
    return {k: torch.stack([s[k] for s in states]) for k in states[0]}


def assert_lifted(modules, shape, training, layout, lift=Lifted):
    """Outputs, statistics and gradients of all members at once and one by one."""
    lifted, state = lift(deepcopy(modules[0]), shape, layout), stacked(modules)
    names = [name for name, _ in modules[0].named_parameters()]
    for name in names:
        state[name].requires_grad_()
    x = torch.randn(MEMBERS, BATCH, *shape)
    out = lifted(state, x, training=training)
    outer = torch.randn(out.shape)
    grads = torch.autograd.grad((outer * out).sum(), [state[n] for n in names])
    for e, module in enumerate(modules):
        alone = module.train(training)(x[e])
        assert_close(out[e], alone.view_as(out[e]), rtol=1e-4, atol=1e-5)
        for name, statistic in module.named_buffers():
            if "num_batches" not in name:
                assert_close(state[name][e], statistic)
        own = torch.autograd.grad(
            (outer[e] * alone.view_as(out[e])).sum(), list(module.parameters())
        )
        for found, expected in zip(grads, own, strict=True):
            scale = float(expected.abs().max())
            assert_close(found[e], expected, rtol=1e-3, atol=1e-4 * scale)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_lifted_generator_equals_plain_modules(name, layout, training):
    make, shape = build(name, "generator")
    assert_lifted(members(make), shape, training, layout)


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_lifted_discriminator_equals_plain_modules(name, layout):
    make, shape = build(name, "discriminator")
    assert_lifted(members(make), shape, True, layout)


def test_the_comparison_notices_members_in_another_order():
    class Mixed(Lifted):
        def __call__(self, tensors, x, training=False):
            flipped = {k: v.flip(0) for k, v in tensors.items()}
            return super().__call__(flipped, x, training)

    make, shape = build("dcgan8", "discriminator")
    with pytest.raises(AssertionError):
        assert_lifted(members(make), shape, True, "rows", Mixed)


@pytest.mark.parametrize(
    ("name", "width", "layout"),
    [("dcgan8", 16, "rows"), ("dcgan32", 8, "grouped"), ("dcgan32", 64, "single")],
)
def test_layout_follows_image_and_width(name, width, layout):
    side = MODELS[name].image_size
    module = MODELS[name].discriminator(Sizes(side, 1, width, 5))
    assert Lifted(module, (1, side, side)).layout == layout


def test_lifting_leaves_the_batch_statistics_of_the_module_alone():
    module = MODELS["dcgan8"].generator(SIZES["dcgan8"])
    before = deepcopy(module.state_dict())
    Lifted(module, (5,))
    assert_close(module.state_dict(), before)


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_input_gradient_can_be_differentiated_again(name, layout):
    """What the gradient penalty needs, against the plain module."""
    make, shape = build(name, "discriminator")
    modules = members(make)
    first = next(n for n, _ in modules[0].named_parameters())
    lifted, state = Lifted(modules[0], shape, layout), stacked(modules)
    state[first].requires_grad_()
    x = torch.randn(MEMBERS, BATCH, *shape, requires_grad=True)
    (g,) = torch.autograd.grad(lifted(state, x).sum(), x, create_graph=True)
    (found,) = torch.autograd.grad(g.square().sum(), state[first])
    for e, module in enumerate(modules):
        own = x[e].detach().requires_grad_()
        (g,) = torch.autograd.grad(module(own).sum(), own, create_graph=True)
        weight = dict(module.named_parameters())[first]
        (expected,) = torch.autograd.grad(g.square().sum(), weight)
        scale = float(expected.abs().max())
        assert_close(found[e], expected, rtol=1e-3, atol=1e-4 * scale)


def test_activations_in_place_leave_the_inputs_alone():
    """A layer that starts with an activation must not write into the caller's x."""
    module = nn.Sequential(nn.LeakyReLU(0.2), nn.Linear(2, 1), nn.Flatten(0))
    x = -torch.ones(MEMBERS, BATCH, 2)
    Lifted(module, (2,))(stacked([module] * MEMBERS), x)
    assert_close(x, -torch.ones(MEMBERS, BATCH, 2))
