"""Grids share their configs, and are as strict as those made one by one."""

import pytest
from PIL import Image

from lipgan.config import Config
from lipgan.experiments.grids import axis, grid


def test_a_config_that_two_grids_ask_for_is_one_object():
    one = grid([0], axis("loss", ("ns", "wgan")), lipschitz_k=5.0)
    two = grid([0, 1], loss="wgan", lipschitz_k=5.0)
    assert one[1] is two[0]
    assert one[1] == Config(loss="wgan", lipschitz_k=5.0, seed=0)


@pytest.mark.parametrize("value", [True, [1.0]])
def test_what_equals_a_shared_value_is_refused_all_the_same(value):
    assert grid([0], lipschitz_k=1.0) != []
    with pytest.raises(ValueError, match="lipschitz_k"):
        grid([0], lipschitz_k=value)


def test_a_folder_is_looked_at_each_time(tmp_path):
    dataset = f"folder:{tmp_path}"
    Image.new("RGB", (32, 32), "red").save(tmp_path / "a.png")
    (colored,) = grid([0], dataset=dataset)
    (tmp_path / "a.png").unlink()
    with pytest.raises((FileNotFoundError, ValueError)):
        grid([0], dataset=dataset)
    assert colored.channels == 3
