"""The pooled classifier: folding, augmentation, schedule, and that it learns."""

import dataclasses

import pytest
import torch

from lipgan import data
from lipgan.features.classifiers import pooled, small


def test_folding_changes_nothing_but_the_form():
    torch.manual_seed(0)
    network = pooled.PooledClassifier(channels=3, num_classes=4, stem=4, widths=(6, 8))
    x = torch.rand(8, 3, 16, 16)
    for _ in range(3):
        network(x)  # moves the running means
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.bias)
    network.eval()
    with torch.no_grad():
        expected = network(x)
        found = network.fold()(x)
        torch.testing.assert_close(network.fold()(x), found, rtol=0, atol=0)
    assert expected.std() > 0.1
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    assert not any("norm" in key for key in network.state_dict())


def test_pooled_fitting_is_deterministic_and_learns():
    digits = data.load("digits")
    train, held_out = (
        dataclasses.replace(digits, x=digits.x[pick], labels=digits.labels[pick])
        for pick in small.split_indices(len(digits))
    )
    recipe = pooled.Recipe(100, flip=False, shift=1, batch_size=64, learning_rate=0.1)
    lines, results = [], []
    for seed in (0, 0, 1):
        network = pooled.PooledClassifier(
            channels=1, num_classes=10, stem=8, widths=(16,)
        )
        recipe = dataclasses.replace(recipe, seed=seed)
        accuracy = pooled.fit_pooled(
            train, held_out, network, recipe, progress=lines.append
        )
        results.append((accuracy, network.head.weight))
    assert results[0][0] == results[1][0] > 0.9
    torch.testing.assert_close(results[0][1], results[1][1])
    assert not torch.equal(results[0][1], results[2][1])
    assert lines[0].startswith("step 100 of 100: loss ")
    assert len(lines) == 3
    bare = data.Dataset("bare", digits.x, None, 0)
    with pytest.raises(ValueError, match="'bare' has no labels"):
        pooled.fit_pooled(bare, held_out, network, recipe)


def test_recipe_rises_to_its_peak_and_falls():
    recipe = pooled.Recipe(steps=50, flip=False)
    rates = [recipe.rate(step) for step in range(50)]
    assert max(rates) == rates[9] == 1.0
    assert rates[:2] == pytest.approx([0.1, 0.2])
    assert rates[-1] == pytest.approx(1 / 40)


def test_augmentation_moves_and_mirrors_every_image_by_itself():
    picture = torch.arange(64.0).view(1, 1, 8, 8)
    for flip in (False, True):
        recipe = pooled.Recipe(steps=1, flip=flip, shift=2)
        generator = torch.Generator().manual_seed(0)
        found = pooled.augment(picture.expand(400, -1, -1, -1), recipe, generator)
        padded = torch.nn.functional.pad(picture, (2,) * 4, mode="reflect")[0, 0]
        windows = padded.unfold(0, 8, 1).unfold(1, 8, 1).reshape(25, 8, 8)
        if flip:
            windows = torch.cat([windows, windows.flip(2)])
        assert torch.equal(found.unique(dim=0)[:, 0], windows.unique(dim=0))
