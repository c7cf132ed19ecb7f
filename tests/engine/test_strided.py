"""Halving and doubling images against the library, with both derivatives."""

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from lipgan.engine.strided import Correlate, Double, Halve, channels_last

BATCH, OUTPUTS, HEIGHT, WIDTH = 2, 5, 3, 2


def tensors(channels):
    """Images, features and a kernel that fit each other, and a bias."""
    shapes = (
        (BATCH, channels, 2 * HEIGHT, 2 * WIDTH),
        (BATCH, OUTPUTS, HEIGHT, WIDTH),
        (OUTPUTS, channels, 4, 4),
        (OUTPUTS,),
    )
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randn(s, dtype=torch.float64, generator=generator).requires_grad_()
        for s in shapes
    ]


@pytest.mark.parametrize("channels", [1, 3])
def test_halving_and_doubling_equal_the_library(channels):
    x, y, kernel, bias = tensors(channels)
    halved = F.conv2d(x, kernel, bias, 2, 1)
    assert_close(Halve.apply(x, kernel, bias), halved)
    assert_close(Double.apply(y, kernel), F.conv_transpose2d(y, kernel, None, 2, 1))
    (slope,) = torch.autograd.grad((y * halved).sum(), kernel)
    assert_close(Correlate.apply(x, y), slope)


@pytest.mark.parametrize("channels", [1, 3])
def test_first_and_second_derivatives(channels):
    x, y, kernel, bias = tensors(channels)
    cases = [(Halve, (x, kernel, bias)), (Double, (y, kernel)), (Correlate, (x, y))]
    for function, inputs in cases:
        assert torch.autograd.gradcheck(function.apply, inputs)
        assert torch.autograd.gradgradcheck(function.apply, inputs)


def test_derivatives_that_nobody_asked_for_are_not_computed(monkeypatch):
    def refuse(*tensors):
        raise AssertionError("computed in vain")

    x, _, kernel, bias = tensors(1)
    monkeypatch.setattr(Double, "apply", refuse)
    Halve.apply(x.detach(), kernel, bias).sum().backward()
    monkeypatch.setattr(Correlate, "apply", refuse)
    with pytest.raises(AssertionError, match="in vain"):
        Halve.apply(x.detach(), kernel, bias).sum().backward()


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_last_shows_in_the_strides(channels):
    x = torch.randn(BATCH, channels, 4, 6)
    moved = channels_last(x)
    assert_close(moved, x, check_stride=False)
    assert moved.stride() == (24 * channels, 1, 6 * channels, channels)
