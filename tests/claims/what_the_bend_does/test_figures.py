"""The figure of the arms."""

import math

from drawings import drawn

from lipgan import experiments
from lipgan.claims.what_the_bend_does.figures import arms_at_a_glance


def test_map_of_arms_has_a_number_in_every_square(as_runs):
    def distance(config):
        lost = config.loss == "exp" and not config.pinned_width
        return math.inf if lost else 20.0

    runs = as_runs(experiments.mechanism(seeds=[100]), distance, 800.0)
    figure = drawn(arms_at_a_glance(runs))
    numbers = [text.get_text() for text in figure.axes[0].texts]
    assert numbers == ["1.0"] * (8 * len(experiments.SETTINGS))
    assert "×" in {text.get_text() for text in figure.axes[3].texts}


def test_map_of_images_has_the_arms_that_were_trained(as_runs):
    runs = as_runs(experiments.mechanism("mnist", seeds=[100]), lambda _: 20.0, 800.0)
    figure = drawn(arms_at_a_glance(runs))
    settings, rows = len(experiments.IMAGE_SETTINGS), len(experiments.IMAGE_ARMS) - 1
    assert [text.get_text() for text in figure.axes[0].texts] == ["1.0"] * (
        settings * rows
    )
