"""The generators that run in the browser against PyTorch: by Node, else Chromium."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from book import figure_data, figure_generators
from lipgan import experiments
from lipgan.claims import measures
from lipgan.runs.evidence import open_records
from lipgan.runs.networks import load_generator
from lipgan.sweep import load_known

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "book" / "_static" / "figures"
NODE, CHROMIUM = shutil.which("node"), shutil.which("chromium")
TOLERANCE = 1e-3  # of pixels in [-1, 1]
BUDGET = 4 * 2**20  # bytes of all scripts with weights
IN_NODE = """
globalThis.window = globalThis;
globalThis.lipgan = {};
const fs = require("fs"), vm = require("vm");
vm.runInThisContext(fs.readFileSync(process.argv[1], "utf-8"));
const { script, argument } = JSON.parse(fs.readFileSync(0, "utf-8"));
console.log(JSON.stringify(vm.runInThisContext(script)(argument)));
"""
IMAGES = """({ layers, weights, noise }) => weights.map((text) => {
  const generator = lipgan.assemble(layers, text);
  return noise.map((z) => [...lipgan.generate(generator, z)]);
})"""


def in_node(script, argument):
    done = subprocess.run(
        [NODE, "-e", IN_NODE, str(SCRIPTS / "network.js")],
        input=json.dumps({"script": f"({script})", "argument": argument}),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def javascript():
    """Call it with a function as text and its argument, for what that returns."""
    if NODE:
        yield in_node
        return
    if not CHROMIUM:
        pytest.skip("needs node or chromium on PATH")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content("<script>window.lipgan = {}</script>")
        page.add_script_tag(path=SCRIPTS / "network.js")
        yield page.evaluate
        browser.close()


@pytest.fixture(scope="module")
def runs():
    generators = open_records(ROOT / "book" / "generators")
    return load_known(experiments.table3(), generators)


@pytest.fixture(scope="module")
def data(runs):
    return figure_generators.generators_data(runs)


def noise(count=5):
    return torch.randn(count, 32, generator=torch.Generator().manual_seed(7))


def images(javascript, layers, runs, z):
    """Of each run, (runs, images, pixels)."""
    weights = [figure_generators.packed_weights(run) for run in runs]
    argument = {"layers": layers, "weights": weights, "noise": z.tolist()}
    return torch.tensor(javascript(IMAGES, argument))


def test_every_published_generator_makes_the_images_of_pytorch(javascript, data, runs):
    z, sound = noise(), [run for run in runs if not run.diverged]
    wanted = torch.stack([load_generator(run)(z).flatten(1) for run in sound])
    assert wanted.shape == (33, 5, 64)
    found = images(javascript, data["layers"], sound, z)
    torch.testing.assert_close(found, wanted, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(
    "change", [{"epsilon": 0.1}, {"padding": 0}, {"kind": "tanh"}], ids=str
)
def test_another_network_would_be_noticed(javascript, data, runs, change):
    (field,) = change
    other = [dict(layer) for layer in data["layers"]]
    place = {"epsilon": 1, "padding": 3, "kind": 2}[field]
    assert field in other[place]
    other[place] |= change
    found = images(javascript, other, runs[:1], noise())[0]
    wanted = load_generator(runs[0])(noise()).flatten(1)
    assert found.shape != wanted.shape or (found - wanted).abs().max() > TOLERANCE


def test_half_precision_is_read_bit_by_bit(javascript):
    every = np.arange(2**16, dtype="<u2")
    text = base64.b64encode(every.tobytes()).decode()
    found = javascript(
        "(text) => [...lipgan.halves(text)].map((x) => Object.is(x, -0) ? '-0' : "
        "String(x))",
        text,
    )
    wanted = every.view("<f2").astype(np.float64)
    np.testing.assert_array_equal([float(x) for x in found], wanted)
    assert found[0x8000] == "-0"


def test_missing_numbers_are_refused(javascript, data):
    script = """({ layers, weights }) => {
      try { lipgan.assemble(layers, weights); } catch (error) { return error.message; }
    }"""
    for count in (2, 40_000):
        weights = base64.b64encode(bytes(2 * count)).decode()
        found = javascript(script, {"layers": data["layers"], "weights": weights})
        assert f"its file {count}" in found


def test_a_walk_stays_among_standard_normal_noise(javascript):
    ends = noise(2).double()
    script = "([a, b, shares]) => shares.map((t) => lipgan.between(a, b, t))"
    found = javascript(script, [*ends.tolist(), [0.0, 0.5, 1.0]])
    start, middle, stop = torch.tensor(found, dtype=torch.float64)
    torch.testing.assert_close(torch.stack([start, stop]), ends)
    torch.testing.assert_close(middle, ends.sum(0) / 2**0.5)


def test_cells_say_how_they_ended(data, runs):
    assert len(data["cells"]) == len(runs) == 35
    for run in runs:
        cell = data["cells"][f"{run.config.loss} {run.config.lipschitz_k:g}"]
        assert cell["id"] == run.config.config_id
        assert cell["diverged"] == run.diverged_at
        if run.diverged:
            assert cell["broken"]
            assert cell["distance"] is None
            continue
        distance = run.metrics["fd_digits_2k"]
        assert cell["distance"] == pytest.approx(distance, rel=1e-3)
        assert cell["broken"] == measures.is_broken(distance, data["constant"])
    for loss, k in figure_generators.SHOWN_FIRST:
        assert data["cells"][f"{loss} {k:g}"]["diverged"] is None


def test_layers_that_the_script_lacks_are_refused():
    with pytest.raises(ValueError, match=r"no layer for Conv2d"):
        figure_generators.described(nn.Conv2d(1, 1, 3))


def test_the_scripts_with_weights_keep_their_budget(runs, tmp_path):
    figure_data._write_generators(tmp_path, runs)
    paths = list((tmp_path / "generators").iterdir())
    assert len(paths) == sum(not run.diverged for run in runs)
    assert sum(path.stat().st_size for path in paths) < BUDGET
    name = f"generators/{runs[0].config.config_id}"
    text = (tmp_path / f"{name}.js").read_text("ascii")
    assert text.startswith(f'window.lipgan.data["{name}"]="')


def test_published_generators_are_sound_and_differ_as_their_readme_says(runs):
    assert open_records(ROOT / "book" / "generators").damaged() == []
    published = load_known(experiments.table3(), open_records(ROOT / "book" / "data"))
    constant, broken, changes = measures.constant_distance(runs), [], []
    for pair in zip(runs, published, strict=True):
        assert pair[0].diverged_at == pair[1].diverged_at
        ours, theirs = (run.metrics.get("fd_digits_2k", np.inf) for run in pair)
        broken.append(measures.is_broken(ours, constant))
        assert broken[-1] == measures.is_broken(theirs, constant)
        if not pair[0].diverged:
            changes.append(abs(ours / theirs - 1))
    text = " ".join((ROOT / "book/generators/README.md").read_text("utf-8").split())
    assert f"the {len(changes)} cells differ from the published ones" in text
    assert f"{np.median(changes):.0%} in the median".replace("%", " %") in text
    assert f"{max(changes):.0%} at most".replace("%", " %") in text
    assert sum(broken) == 8
    assert "the same eight cells are broken" in text
