"""The toy trained in the browser: same weights, no noise, same path as in Python."""

import shutil
from pathlib import Path

import pytest
import torch

from lipgan import data
from lipgan.config import Config
from lipgan.engine.cohort import Cohort
from lipgan.gan.losses import TABLE1
from lipgan.gan.step import discriminator_step, generator_step

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="needs chromium on PATH"),
]
SCRIPTS = Path(__file__).resolve().parents[2] / "book" / "_static" / "figures"


@pytest.fixture(scope="module")
def mathematics():
    """A page with the losses and the trainer alone."""
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = chromium.new_page()
        page.set_content("<script>window.lipgan = { figures: {}, data: {} }</script>")
        for name in ("losses", "random", "trainer"):
            page.add_script_tag(path=SCRIPTS / f"{name}.js")
        yield page
        chromium.close()


TRAIN = """([loss, alpha, k, data, layers, steps]) => {
  const options = { loss: lipgan.LOSSES[loss], alpha, k, data, layers };
  const trainer = new lipgan.Trainer(options);
  const path = [];
  for (let i = 0; i < steps; i++) { trainer.advance(); path.push([...trainer.point]); }
  return path;
}"""


NEAR_STRAIGHT = [(loss, alpha, 1.0) for loss in TABLE1 for alpha in (1e-10, 1.0)]
WIDE = [(loss, 1e10, 3.0) for loss in ("ns", "ls_sharp", "wgan", "hinge")]
COSINE = ("cos", 100.0, 1.0)
CELLS = sorted([*NEAR_STRAIGHT, *WIDE, COSINE])


def toy_cohort(dtype):
    """All cells as one cohort, and the layers of its first member (all share them)."""
    torch.set_default_dtype(dtype)
    configs = [
        Config(dataset="toy2d", loss=loss, alpha=alpha, lipschitz_k=k)
        for loss, alpha, k in CELLS
    ]
    cohort = Cohort(configs, torch.device("cpu"))
    own = cohort.discriminators
    names = [name for name in own.weights if name.endswith("weight")]
    layers = [
        {
            "weight": own.weights[name][0].tolist(),
            "bias": own.weights[name.replace("weight", "bias")][0].tolist(),
            "u": own.state[name][0].tolist(),
        }
        for name in names
    ]
    return cohort, layers


def python_paths(dtype, steps=200):
    """Paths of the point by cell, (steps, 2), and the layers they started from."""
    try:
        cohort, layers = toy_cohort(dtype)
        x = data.load("toy2d").x.to(dtype).expand(len(CELLS), -1, -1)
        g, d, pushes = cohort.generators, cohort.discriminators, cohort.pushes
        noise, path = torch.zeros(len(CELLS), 4, 1), []
        for _ in range(steps):
            sample = g.sampler(training=True)
            discriminator_step(d, pushes, x, sample(noise).detach(), torch.rand)
            generator_step(g, d, pushes, sample(noise), torch.rand)
            path.append(next(iter(g.weights.values())).detach().double().clone())
    finally:
        torch.set_default_dtype(torch.float32)
    return dict(zip(CELLS, torch.stack(path, 1), strict=True)), layers


def javascript_path(page, cell, layers, steps=200):
    points = data.load("toy2d").x.tolist()
    found = page.evaluate(TRAIN, [*cell, points, layers, steps])
    return torch.tensor(found, dtype=torch.float64)


@pytest.fixture(scope="module")
def in_float64():
    return python_paths(torch.float64)


@pytest.fixture(scope="module")
def in_float32():
    return python_paths(torch.float32)


@pytest.mark.parametrize("cell", [*NEAR_STRAIGHT, *WIDE], ids=str)
def test_toy_takes_the_same_path_for_200_steps(mathematics, in_float64, cell):
    paths, layers = in_float64
    found = javascript_path(mathematics, cell, layers)
    torch.testing.assert_close(found, paths[cell], rtol=0, atol=1e-3)
    assert (found[-1] - found[0]).norm() > 1e-3


def test_toy_with_a_cosine_on_a_wide_domain_starts_alike(mathematics, in_float64):
    # Chaos: its slopes have random signs; roundings of 1e-16 are 1e-4 five steps later.
    paths, layers = in_float64
    found, wanted = javascript_path(mathematics, COSINE, layers, steps=4), paths[COSINE]
    torch.testing.assert_close(found[0], wanted[0], rtol=0, atol=1e-12)
    torch.testing.assert_close(found, wanted[:4], rtol=0, atol=1e-3)
    assert (found[3] - found[0]).norm() > 1e-2


@pytest.mark.parametrize("loss", ["ns", "ls", "cos", "exp"])
def test_toy_takes_the_same_path_as_float32(mathematics, in_float32, loss):
    paths, layers = in_float32
    cell = (loss, 1.0, 1.0)
    found = javascript_path(mathematics, cell, layers)
    torch.testing.assert_close(found, paths[cell], rtol=0, atol=1e-3)


def test_another_constant_would_be_noticed(mathematics, in_float64):
    paths, layers = in_float64
    found = javascript_path(mathematics, ("ns", 1.0, 1.05), layers)
    assert (found - paths["ns", 1.0, 1.0]).abs().max() > 1e-3


def test_toy_reports_divergence(mathematics):
    found = mathematics.evaluate(
        """() => { const t = new lipgan.Trainer({ loss: lipgan.LOSSES.exp, alpha: 1e10,
        data: [[1, 0], [2, 0]] }); for (let i = 0; i < 9; i++) t.advance();
        return [t.divergedAt, t.step] }"""
    )
    assert found[0] is not None
    assert found[0] == found[1]
