"""Table 1 by hand, domain scaling from 1e-25 to 1e11, Table 2 of the paper."""

import math
from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from lipgan.claims.published import TABLE2, TABLE2_TERM
from lipgan.gan.losses import LOSSES, TABLE1, Loss, RowLosses, Term, scaled
from lipgan.metrics import attained_slopes

SCORES = [-1.0, 0.0, 2.0]
# Worked out by hand at the three scores, real = high for every loss.
UP = {
    "ns": [1.3132616875, 0.6931471806, 0.1269280110],
    "ls": [4.0, 1.0, 1.0],
    "ls_sharp": [4.0, 1.0, 1.0],
    "wgan": [1.0, 0.0, -2.0],
    "cos": [0.4161468365, -0.5403023059, -0.5403023059],
    "exp": [2.7182818285, 1.0, 0.1353352832],
    "lgan_log": [1.3132616875, 0.6931471806, 0.1269280110],
    "lgan_sqrt": [2.4142135624, 1.0, 0.2360679775],
    "lgan_exp": [2.7182818285, 1.0, 0.1353352832],
    "hinge": [2.0, 1.0, 0.0],
}
DOWN = {
    "ns": [0.3132616875, 0.6931471806, 2.1269280110],
    "ls": [1.0, 0.0, 4.0],
    "ls_sharp": [0.0, 1.0, 9.0],
    "wgan": [-1.0, 0.0, 2.0],
    "cos": [-1.0, -0.5403023059, 0.9899924966],
    "exp": [0.3678794412, 1.0, 7.3890560989],
    "lgan_log": [0.3132616875, 0.6931471806, 2.1269280110],
    "lgan_sqrt": [0.4142135624, 1.0, 4.2360679775],
    "lgan_exp": [0.3678794412, 1.0, 7.3890560989],
    "hinge": [0.0, 1.0, 3.0],
}
# These generators descend -f whatever their discriminators see.
LINEAR_GENERATOR = {"lgan_log", "lgan_sqrt", "lgan_exp", "hinge"}
SLOPES_AT_ZERO = {  # d_real, d_fake, g_fake
    "ns": (-0.5, 0.5, -0.5),
    "ls": (-2.0, 0.0, -2.0),
    "ls_sharp": (-2.0, 2.0, -2.0),
    "wgan": (-1.0, 1.0, -1.0),
    "cos": (-0.8414709848, 0.8414709848, -0.8414709848),
    "exp": (-1.0, 1.0, -1.0),
    "lgan_log": (-0.5, 0.5, -1.0),
    "lgan_sqrt": (-1.0, 1.0, -1.0),
    "lgan_exp": (-1.0, 1.0, -1.0),
    "hinge": (-1.0, 1.0, -1.0),
}
# L(x) - L(0) and L'(x) in plain floating point, good where x is neither tiny nor huge;
# d_real is "up" and d_fake is "down".
EXACT = {
    ("ns", "up"): (
        lambda x: math.log((1 + math.exp(-x)) / 2),
        lambda x: -1 / (1 + math.exp(x)),
    ),
    ("ns", "down"): (
        lambda x: math.log((1 + math.exp(x)) / 2),
        lambda x: 1 / (1 + math.exp(-x)),
    ),
    ("ls", "up"): (lambda x: (x - 1) ** 2 - 1, lambda x: 2 * (x - 1)),
    ("ls", "down"): (lambda x: x**2, lambda x: 2 * x),
    ("ls_sharp", "up"): (lambda x: (x - 1) ** 2 - 1, lambda x: 2 * (x - 1)),
    ("ls_sharp", "down"): (lambda x: (x + 1) ** 2 - 1, lambda x: 2 * (x + 1)),
    ("wgan", "up"): (lambda x: -x, lambda x: -1.0),
    ("wgan", "down"): (lambda x: x, lambda x: 1.0),
    ("cos", "up"): (
        lambda x: math.cos(1) - math.cos(x - 1),
        lambda x: math.sin(x - 1),
    ),
    ("cos", "down"): (
        lambda x: math.cos(1) - math.cos(x + 1),
        lambda x: math.sin(x + 1),
    ),
    ("exp", "up"): (lambda x: math.exp(-x) - 1, lambda x: -math.exp(-x)),
    ("exp", "down"): (lambda x: math.exp(x) - 1, lambda x: math.exp(x)),
    ("lgan_sqrt", "up"): (
        lambda x: math.hypot(x, 1) - 1 - x,
        lambda x: x / math.hypot(x, 1) - 1,
    ),
    ("lgan_sqrt", "down"): (
        lambda x: math.hypot(x, 1) - 1 + x,
        lambda x: x / math.hypot(x, 1) + 1,
    ),
    ("hinge", "up"): (lambda x: max(0, 1 - x) - 1, lambda x: -float(x < 1)),
    ("hinge", "down"): (lambda x: max(0, 1 + x) - 1, lambda x: float(x > -1)),
}
EXACT |= {
    (f"lgan_{name}", side): EXACT[source, side]
    for name, source in (("log", "ns"), ("exp", "exp"))
    for side in ("up", "down")
}
CASES = [(n, t) for n in LOSSES for t in ("d_real", "d_fake", "g_fake")]


def exact(name, term):
    if term == "g_fake" and name in LINEAR_GENERATOR:
        return EXACT["wgan", "up"]
    return EXACT[name, "down" if term == "d_fake" else "up"]


def hand_values(name, term):
    if term == "g_fake" and name in LINEAR_GENERATOR:
        return UP["wgan"]
    return (DOWN if term == "d_fake" else UP)[name]


def assert_hand_values(losses):
    scores = torch.tensor(SCORES, dtype=torch.float64)
    for name, loss in losses.items():
        for term, function in loss.terms.items():
            expected = torch.tensor(hand_values(name, term), dtype=torch.float64)
            assert_close(function(scores), expected, rtol=1e-9, atol=1e-9)


def test_table_1_holds_the_losses_of_the_paper():
    assert set(TABLE1) == {"ns", "ls", "ls_sharp", "wgan", "cos", "exp"}
    assert TABLE1.items() <= LOSSES.items()


def test_every_loss_has_hand_values():
    assert set(LOSSES) == set(UP) == set(DOWN) == set(SLOPES_AT_ZERO)


def test_terms_equal_the_values_worked_out_by_hand():
    assert_hand_values(LOSSES)


def test_hand_values_notice_a_loss_of_the_other_orientation():
    flipped = replace(LOSSES["wgan"], d_real=Term(lambda f: f))
    with pytest.raises(AssertionError):
        assert_hand_values({"wgan": flipped})


@pytest.mark.parametrize("name", LOSSES)
def test_slopes_at_zero_are_those_of_the_formulas(name):
    zero = torch.zeros(1, dtype=torch.float64)
    found = [float(term.slope(zero)) for term in LOSSES[name].terms.values()]
    assert found == pytest.approx(SLOPES_AT_ZERO[name], abs=1e-9)


@pytest.mark.parametrize("name", LOSSES)
def test_generator_pushes_to_where_the_discriminator_puts_real(name):
    zero = torch.zeros(1)
    terms = LOSSES[name].terms
    assert terms["d_real"].slope(zero) * terms["g_fake"].slope(zero) > 0
    assert terms["d_real"].slope(zero) * terms["d_fake"].slope(zero) <= 0


@pytest.mark.parametrize(("name", "term"), CASES)
@pytest.mark.parametrize("alpha", [1e-25, 1e-10, 1.0, 1e11])
def test_scaled_value_and_slope_are_exact_in_float32(name, term, alpha):
    # At alpha = 1e11 the scores are so small that alpha f stays where L bends.
    factor = 1.0 if alpha <= 1 else 1 / alpha
    scores = torch.tensor([-1.3, 0.4, 2.2]) * factor
    value, slope = exact(name, term)
    if alpha < 1:  # second-order expansion: the rest is below 1e-10 relative
        first, second = slope(0), (slope(1e-4) - slope(-1e-4)) / 2e-4
        values = [first * f + alpha * second * f * f / 2 for f in scores.tolist()]
        slopes = [first + alpha * second * f for f in scores.tolist()]
    else:
        values = [value(alpha * f) / alpha for f in scores.tolist()]
        slopes = [slope(alpha * f) for f in scores.tolist()]
    found = scaled(LOSSES[name], alpha).terms[term]
    tolerance = {"rtol": 1e-5, "atol": 1e-20}  # alpha f^2 at 1e-25 underflows to 0
    assert_close(found(scores), torch.tensor(values), **tolerance)
    assert_close(found.slope(scores), torch.tensor(slopes), **tolerance)


def test_plain_difference_would_fail_at_small_alpha():
    scores, alpha = torch.tensor([1.3]), 1e-10
    naive = (LOSSES["ns"].d_real(alpha * scores) - math.log(2)) / alpha
    assert abs(float(naive) + 0.65) > 0.1


@pytest.mark.parametrize(("name", "term"), CASES)
@pytest.mark.parametrize("alpha", [0.03, 1.0, 7.0])
def test_slope_is_the_derivative_of_the_value(name, term, alpha):
    scores = torch.tensor([-1.1, 0.2, 0.9], dtype=torch.float64)
    function, h = scaled(LOSSES[name], alpha).terms[term], 1e-5
    numeric = (function(scores + h) - function(scores - h)) / (2 * h)
    assert_close(function.slope(scores), numeric, rtol=1e-6, atol=1e-7)


def test_large_alpha_turns_ns_into_the_perceptron_loss():
    scores = torch.tensor([-2.0, -0.1, 0.1, 2.0])
    loss = scaled(LOSSES["ns"], 1e11)
    assert_close(loss.d_real(scores), (-scores).clamp(min=0), rtol=1e-6, atol=1e-10)
    assert_close(loss.d_fake(scores), scores.clamp(min=0), rtol=1e-6, atol=1e-10)
    assert_close(loss.d_real.slope(scores), torch.tensor([-1.0, -1, 0, 0]))


def test_large_scores_do_not_break_ns():
    scores = torch.tensor([-1e4, 1e4])
    assert_close(LOSSES["ns"].d_real(scores), torch.tensor([1e4, 0.0]))
    assert_close(LOSSES["ns"].d_fake.slope(scores), torch.tensor([0.0, 1.0]))


def test_large_scores_do_not_overflow_the_hyperbola():
    scores = torch.tensor([-1e30, 1e30])
    assert_close(LOSSES["lgan_sqrt"].d_real(scores), torch.tensor([2e30, 0.0]))
    assert_close(LOSSES["lgan_sqrt"].d_fake.slope(scores), torch.tensor([0.0, 2.0]))


def test_overflow_of_exp_is_not_hidden():
    loss = scaled(LOSSES["exp"], 1e11)
    assert loss.d_fake(torch.tensor([1.0])).isinf().all()
    assert loss.d_fake.slope(torch.tensor([1.0])).isinf().all()


@pytest.mark.parametrize("alpha", [1e-25, 1e-3, 1e9])
def test_scaling_leaves_a_linear_loss_alone(alpha):
    scores = torch.tensor([-3.0, 0.5])
    assert_close(scaled(LOSSES["wgan"], alpha).d_real(scores), -scores)


@pytest.mark.parametrize("alpha", [1e-3, 1.0, 10.0])
def test_a_loss_without_centered_form_can_be_scaled(alpha):
    term = Term(lambda f: (f**2 + 1).sqrt() - f)
    user = Loss("sqrt", term, Term(lambda f: (f**2 + 1).sqrt() + f), term)
    f = torch.tensor([-0.7, 0.3], dtype=torch.float32)
    x = alpha * f.double()
    expected = ((torch.hypot(x, torch.ones(2).double()) - x - 1) / alpha).float()
    loss = scaled(user, alpha)
    assert_close(loss.d_real(f), expected, rtol=1e-5, atol=1e-7)
    slope = (x / torch.hypot(x, torch.ones(2).double()) - 1).float()
    assert_close(loss.d_real.slope(f), slope)


def test_scaled_members_have_their_own_alpha():
    from lipgan.gan.losses import scaled_term

    scores = torch.tensor([[1.0, -2.0], [1.0, -2.0]], requires_grad=True)
    alpha = torch.tensor([[0.5], [3.0]])
    values = scaled_term(LOSSES["ls"].d_fake, alpha)(scores)
    assert_close(values, alpha * scores**2)
    (grad,) = torch.autograd.grad(values.sum(), scores)
    assert_close(grad, 2 * alpha * scores)


@pytest.mark.parametrize("alpha", [0.0, -1.0, math.nan, math.inf])
def test_scaled_refuses_a_bad_alpha(alpha):
    with pytest.raises(ValueError, match="alpha: .* is not a positive finite number"):
        scaled(LOSSES["ns"], alpha)


def table2_differences(shift=0.0):
    for loss, by_k in TABLE2.items():
        for (low, high), printed in by_k.values():
            term = LOSSES[loss].terms[TABLE2_TERM[loss]]
            found = attained_slopes(term, low + shift, high + shift)
            yield from (abs(a - b) for a, b in zip(found, printed, strict=True))


def test_table_2_is_recomputed_from_its_printed_domains():
    assert len(list(table2_differences())) == 16
    assert max(table2_differences()) <= 1.1e-3


def test_table_2_notices_a_shifted_domain():
    assert max(table2_differences(shift=0.01)) > 1.1e-3


def test_row_losses_apply_each_members_loss_and_alpha():
    names, alphas = ["cos", "ns", "ns"], [0.5, 1.0, 3.0]
    losses = RowLosses(names, alphas, torch.device("cpu"))
    scores = torch.randn(3, 5)
    for term in ("d_real", "d_fake", "g_fake"):
        values, slopes = losses.value(term, scores), losses.slope(term, scores)
        for row, (name, alpha) in enumerate(zip(names, alphas, strict=True)):
            function = LOSSES[name].terms[term]
            x, zero = alpha * scores[row], torch.zeros(1)
            expected = (function(x) - function(zero)) / alpha
            assert_close(values[row], expected, rtol=1e-4, atol=1e-6)
            assert_close(slopes[row], function.slope(x))
