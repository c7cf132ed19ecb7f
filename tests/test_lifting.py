"""The lifted networks against plain modules, member by member, in both layouts."""

from copy import deepcopy

import pytest
import torch
from torch.testing import assert_close

from lipgan import lifting
from lipgan.lifting import Lifted
from lipgan.models import MODELS, Sizes, initialize

MEMBERS, BATCH = 3, 4
SIZES = {
    "dcgan8": Sizes(8, 1, 4, 5),
    "dcgan32": Sizes(32, 3, 3, 5),
    "dcgan64": Sizes(64, 3, 2, 5),
    "toy_mlp": Sizes(0, 0, 6, 4),
    "toy_point": Sizes(0, 0, 6, 1),
}
LAYOUTS = [
    *(("dcgan8", limit) for limit in (0, 1 << 62)),
    *(("dcgan32", limit) for limit in (0, 1 << 62)),
    ("dcgan64", 0),
    ("toy_mlp", 0),
    ("toy_point", 0),
]


def members(build, sizes):
    """Plain modules with different weights, biases and batch statistics."""
    modules = []
    for seed in range(MEMBERS):
        module, generator = build(sizes), torch.Generator().manual_seed(seed)
        initialize(module, generator)
        for tensor in module.state_dict().values():
            if tensor.is_floating_point():
                tensor += 0.1 * torch.rand(tensor.shape, generator=generator)
        modules.append(module)
    return modules


def stacked(modules):
    states = [m.state_dict() for m in modules]
    return {k: torch.stack([s[k] for s in states]) for k in states[0]}


def assert_lifted(modules, shape, training):
    """Outputs, statistics and gradients of all members at once and one by one."""
    lifted, state = Lifted(deepcopy(modules[0]), shape), stacked(modules)
    names = [name for name, _ in modules[0].named_parameters()]
    for name in names:
        state[name].requires_grad_()
    x = torch.randn(MEMBERS, BATCH, *shape)
    out = lifted(lifted.prepare(state), x, training=training)
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
@pytest.mark.parametrize(("name", "limit"), LAYOUTS)
def test_lifted_generator_equals_plain_modules(name, limit, training, monkeypatch):
    monkeypatch.setattr(lifting, "DENSE_LIMIT", limit)
    sizes = SIZES[name]
    assert_lifted(members(MODELS[name].generator, sizes), (sizes.z_dim,), training)


@pytest.mark.parametrize(("name", "limit"), LAYOUTS)
def test_lifted_discriminator_equals_plain_modules(name, limit, monkeypatch):
    monkeypatch.setattr(lifting, "DENSE_LIMIT", limit)
    sizes = SIZES[name]
    side = sizes.image_size
    shape = (sizes.channels, side, side) if side else (2,)
    assert_lifted(members(MODELS[name].discriminator, sizes), shape, True)


def test_the_comparison_notices_members_in_another_order(monkeypatch):
    modules = members(MODELS["dcgan8"].discriminator, SIZES["dcgan8"])

    class Mixed(Lifted):
        def prepare(self, parameters):
            return super().prepare({k: v.flip(0) for k, v in parameters.items()})

    monkeypatch.setitem(globals(), "Lifted", Mixed)
    with pytest.raises(AssertionError):
        assert_lifted(modules, (1, 8, 8), True)


@pytest.mark.parametrize("kind", ["generator", "discriminator"])
def test_dense_and_grouped_layouts_agree(kind, monkeypatch):
    sizes = SIZES["dcgan8"]
    modules = members(getattr(MODELS["dcgan8"], kind), sizes)
    shape = (sizes.z_dim,) if kind == "generator" else (1, 8, 8)
    x, outputs = torch.randn(MEMBERS, BATCH, *shape), []
    for limit in (0, 1 << 62):
        monkeypatch.setattr(lifting, "DENSE_LIMIT", limit)
        lifted, state = Lifted(modules[0], shape), stacked(modules)
        assert lifted.dense == bool(limit)
        outputs.append(lifted(lifted.prepare(state), x))
    assert_close(*outputs, rtol=1e-4, atol=1e-6)


def test_lifting_leaves_the_batch_statistics_of_the_module_alone():
    module = MODELS["dcgan8"].generator(SIZES["dcgan8"])
    before = deepcopy(module.state_dict())
    Lifted(module, (5,))
    assert_close(module.state_dict(), before)


def test_input_gradient_can_be_differentiated_again():
    """What the gradient penalty needs, against the plain module."""
    modules = members(MODELS["dcgan8"].discriminator, SIZES["dcgan8"])
    lifted, state = Lifted(modules[0], (1, 8, 8)), stacked(modules)
    state["0.weight"].requires_grad_()
    x = torch.randn(MEMBERS, BATCH, 1, 8, 8, requires_grad=True)
    operands = lifted.prepare(state)
    (g,) = torch.autograd.grad(lifted(operands, x).sum(), x, create_graph=True)
    (found,) = torch.autograd.grad(g.square().sum(), state["0.weight"])
    for e, module in enumerate(modules):
        own = x[e].detach().requires_grad_()
        (g,) = torch.autograd.grad(module(own).sum(), own, create_graph=True)
        (expected,) = torch.autograd.grad(g.square().sum(), module[0].weight)
        assert_close(found[e], expected, rtol=1e-3, atol=1e-6)


# Three kernel entries: 0 stands twice, 1 once, 2 nowhere; 3 marks a structural zero.
INDEX = torch.tensor([0, 3, 1, 0])
TWIN = torch.tensor([[0, 3], [2, 4], [4, 4]]).T.contiguous()


def test_gather_and_its_adjoint_have_right_derivatives(gather, width):
    x = torch.randn(2, width, dtype=torch.float64, requires_grad=True)

    def function(x):
        return gather.apply(x.sin(), INDEX, TWIN)

    assert torch.autograd.gradcheck(function, (x,))
    assert torch.autograd.gradgradcheck(function, (x,))


def test_gather_check_notices_a_wrong_twin():
    x = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    wrong = torch.tensor([[0, 4], [2, 4], [4, 4]]).T.contiguous()
    with pytest.raises(RuntimeError, match="[Jj]acobian mismatch"):
        torch.autograd.gradcheck(lambda x: _Gather.apply(x, INDEX, wrong), (x,))


def test_gather_reads_zero_out_of_range():
    x = torch.tensor([[5.0, 6.0, 7.0]])
    assert_close(_Gather.apply(x, INDEX, TWIN), torch.tensor([[5.0, 0.0, 6.0, 5.0]]))
