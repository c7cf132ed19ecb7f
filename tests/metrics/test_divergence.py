"""Neural Divergence against a closed form, an order of bad fakes, and company."""

import pytest
import torch

from lipgan import data
from lipgan.metrics.neural_divergence import neural_divergence


@pytest.fixture(scope="module")
def halves():
    """Two disjoint halves of the digits, uint8 (898, 1, 8, 8) each."""
    x = data.load("digits").x
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    return x[order[:898]], x[order[898:1796]]


@pytest.fixture(scope="module")
def fakes(halves):
    """Four sets (4, 898, 1, 8, 8): real, shuffled pixels, noise, black."""
    generator = torch.Generator().manual_seed(1)
    real = halves[1]
    order = torch.rand(898, 64, generator=generator).argsort(0)
    shuffled = real.flatten(1).gather(0, order).view_as(real)
    noise = torch.randint(0, 256, real.shape, generator=generator, dtype=torch.uint8)
    return torch.stack([real, shuffled, noise, torch.zeros_like(real)])


def quick(real, fakes, **options):
    """Values after a training too short to mean anything."""
    options = {"model": "dcgan8", "steps": 40, "batch_size": 16, **options}
    return neural_divergence(real, fakes, **options)


def test_order_on_digits(halves, fakes):
    values = neural_divergence(halves[0], fakes, model="dcgan8")
    assert values.shape == (4,)
    assert values.dtype == torch.float32
    real, shuffled, noise, black = values.tolist()
    assert abs(real) < 0.3  # found 0.00 with a spread of 0.07 over seeds
    assert 1.5 < shuffled < noise - 2 < noise < black - 1


def test_two_repeated_images_reach_their_closed_form():
    real = torch.zeros(64, 1, 8, 8, dtype=torch.uint8)
    fakes = torch.full((1, 64, 1, 8, 8), 255, dtype=torch.uint8)
    (value,) = neural_divergence(real, fakes, model="dcgan8").tolist()
    distance = (64 * 2.0**2) ** 0.5
    # slope s along the line gives s D - 10 (s - 1)^2, largest at s = 1 + D / 20
    largest = distance + distance**2 / 40
    assert value == pytest.approx(largest, rel=0.01)


def test_members_do_not_depend_on_their_company(halves, fakes):
    together = quick(halves[0], fakes)
    for row in range(4):
        alone = quick(halves[0], fakes[row : row + 1])
        torch.testing.assert_close(alone, together[row : row + 1], rtol=0, atol=1e-4)
    reverse = quick(halves[0], fakes.flip(0))
    torch.testing.assert_close(reverse.flip(0), together, rtol=0, atol=1e-4)
    assert together.unique().numel() == 4


def test_equal_members_have_equal_values(halves, fakes):
    first, second = quick(halves[0], fakes[[2, 2]]).tolist()
    assert first == pytest.approx(second, abs=1e-5)


def test_value_is_a_function_of_the_arguments_and_the_seed(halves, fakes):
    once = quick(halves[0], fakes)
    torch.manual_seed(99)
    with torch.no_grad():
        again = quick(halves[0], fakes)
    assert torch.equal(once, again)
    assert not torch.equal(once, quick(halves[0], fakes, seed=1))


def test_non_finite_members_are_nan_and_spare_the_others(halves, fakes):
    float_fakes = fakes.float() / 127.5 - 1
    expected = quick(halves[0], fakes)
    torch.testing.assert_close(quick(halves[0], float_fakes), expected)
    float_fakes[1, 5, 0, 3, 3] = torch.nan
    float_fakes[3, 0, 0, 0, 0] = torch.inf
    values = quick(halves[0].float() / 127.5 - 1, float_fakes)
    assert values.isnan().tolist() == [False, True, False, True]
    torch.testing.assert_close(values[[0, 2]], expected[[0, 2]], rtol=0, atol=1e-4)


def test_sets_of_different_sizes_and_larger_images_work():
    generator = torch.Generator().manual_seed(0)
    real = torch.randint(0, 256, (9, 3, 32, 32), generator=generator)
    fakes = torch.zeros(2, 5, 3, 32, 32, dtype=torch.uint8)
    options = {"model": "dcgan32", "steps": 2, "batch_size": 4, "width": 2}
    values = neural_divergence(real.to(torch.uint8), fakes, **options)
    assert values.isfinite().tolist() == [True, True]


@pytest.mark.parametrize(
    ("real", "fakes", "options", "message"),
    [
        ((4, 1, 8, 8), (4, 1, 8, 8), {}, r"shapes \(4, 1, 8, 8\) and \(4, 1, 8, 8\)"),
        ((4, 1, 8, 8), (1, 4, 3, 8, 8), {}, "with images of one shape"),
        ((4, 1, 8, 8), (2, 1, 1, 8, 8), {}, "4 real images and 2 sets of 1 are too"),
        ((4, 1, 8, 8), (0, 4, 1, 8, 8), {}, "0 sets of 4 are too few"),
        ((4, 1, 8, 8), (1, 4, 1, 8, 8), {"model": "vgg"}, "'vgg' is not one of dcgan8"),
        ((4, 1, 8, 8), (1, 4, 1, 8, 8), {"model": "dcgan32"}, "'dcgan32' does not fit"),
        ((4, 1, 8, 8), (1, 4, 1, 8, 8), {"steps": 0}, "steps, batch_size, width: 0, "),
    ],
)
def test_arguments_that_do_not_fit_are_refused(real, fakes, options, message):
    with pytest.raises(ValueError, match=message):
        quick(torch.zeros(real), torch.zeros(fakes), **options)


def test_real_images_must_be_finite():
    real = torch.zeros(4, 1, 8, 8)
    real[0, 0, 0, 0] = torch.nan
    with pytest.raises(ValueError, match="1 of 256 values of x are not finite"):
        quick(real, torch.zeros(1, 4, 1, 8, 8))
