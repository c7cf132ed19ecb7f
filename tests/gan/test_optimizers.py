"""The elementwise rules against torch's, and what epsilon takes from a step."""

import pytest
import torch
from torch.testing import assert_close

from lipgan.gan.optimizers import OPTIMIZERS, RMSProp

RATES = (1e-2, 1e-3)
THEIRS = {
    "rmsprop": lambda p, lr: torch.optim.RMSprop(p, lr),
    "rmsprop_tiny_eps": lambda p, lr: torch.optim.RMSprop(p, lr, eps=1e-16),
    "rmsprop_fast_decay": lambda p, lr: torch.optim.RMSprop(p, lr, alpha=0.9),
    "adam": lambda p, lr: torch.optim.Adam(p, lr, betas=(0.5, 0.999)),
    "sgd": lambda p, lr: torch.optim.SGD(p, lr),
}


@pytest.mark.parametrize("name", THEIRS)
def test_every_member_follows_torch(name):
    ours = {"w": torch.randn(2, 3, 4).requires_grad_()}
    theirs = [ours["w"][i].detach().clone().requires_grad_() for i in range(2)]
    state = OPTIMIZERS[name].init(ours)
    optimizers = [THEIRS[name]([p], lr) for p, lr in zip(theirs, RATES, strict=True)]
    for _ in range(5):
        grad = torch.randn(2, 3, 4)
        OPTIMIZERS[name].step(ours, {"w": grad}, state, torch.tensor(RATES))
        for i, optimizer in enumerate(optimizers):
            theirs[i].grad = grad[i].clone()
            optimizer.step()
    assert_close(ours["w"].detach(), torch.stack(theirs).detach())


def test_tensorflow_rule_by_hand():
    p = {"w": torch.tensor([[1.0]])}
    rule = OPTIMIZERS["rmsprop_tf"]
    state = rule.init(p)
    rule.step(p, {"w": torch.tensor([[2.0]])}, state, torch.tensor([0.1]))
    v = 0.9 * 1.0 + 0.1 * 4.0
    assert_close(state["w"], torch.tensor([[v]]))
    assert_close(p["w"], torch.tensor([[1 - 0.1 * 2 / (v + 1e-10) ** 0.5]]))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_epsilon_takes_more_from_small_gradients(name):
    p = {"w": torch.zeros(2, 3)}
    rule = OPTIMIZERS[name]
    state = rule.init(p)
    for _ in range(400):
        grad = torch.tensor([[1e-9], [1.0]]).expand(2, 3)
        rule.step(p, {"w": grad}, state, torch.ones(2))
    small, large = rule.step_share(state).tolist()
    assert 0 <= small <= large <= 1 + 1e-6
    assert large > 0.99
    if name not in ("rmsprop_tiny_eps", "sgd"):
        assert small < 0.5


def test_step_share_is_a_mean_over_all_weights():
    rule = RMSProp(eps=1.0)
    state = {"a": torch.tensor([[1.0, 1.0]]), "b": torch.tensor([[9.0]])}
    assert_close(rule.step_share(state), torch.tensor([(0.5 + 0.5 + 0.75) / 3]))
