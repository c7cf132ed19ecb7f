"""Where checkpoints of a test lie, and a training that stops early."""

import pytest

from lipgan.training import loop, train
from lipgan.training.checkpoints import Checkpoints
from lipgan.training.stopping import Stopped


@pytest.fixture
def folder(tmp_path):
    return Checkpoints(tmp_path / "checkpoints", every=1e9)


@pytest.fixture
def stop_after(monkeypatch):
    """Call it with a number of steps, after which training is told to stop."""

    def stop_after(steps):
        asked = iter([None] * steps)
        monkeypatch.setattr(loop, "reason_to_stop", lambda _: next(asked, "enough"))

    return stop_after


@pytest.fixture
def kept(tiny, folder, stop_after):
    """A cohort stopped after four of six steps, and its file."""
    fields = {"num_steps": 6, "history_points": 6}
    configs = [tiny(loss=x, **fields) for x in ("wgan", "cos", "ns")]
    stop_after(4)
    with pytest.raises(Stopped):
        train(configs, device="cpu", checkpoints=folder)
    (path,) = folder.directory.iterdir()
    stop_after(10_000)
    return configs, path
