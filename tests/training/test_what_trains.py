"""A checkpoint is voided by an edit to what trains, and by nothing else."""

import shutil
from pathlib import Path

import grimp
import pytest

import lipgan
from lipgan.training.checkpoints import TRAINS, code_that_trains

PACKAGE = Path(lipgan.__file__).parent
APART = {  # imported by the loop, but with no say in a step or a moment
    *("lipgan.features", "lipgan.runs", "lipgan.support"),
    *(f"lipgan.metrics.{name}" for name in ("frechet", "inputs", "lipschitz")),
    *(f"lipgan.metrics.{name}" for name in ("manifolds", "names", "points")),
    *(f"lipgan.metrics.{name}" for name in ("neural_divergence", "samples")),
    *("lipgan.training.checks", "lipgan.training.evaluate"),
    *("lipgan.training.reference", "lipgan.training.stopping"),
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A copy of the package's sources."""
    kept = shutil.ignore_patterns("*.pyc", "weights", "__pycache__")
    return shutil.copytree(PACKAGE, tmp_path_factory.mktemp("copy") / "p", ignore=kept)


@pytest.mark.parametrize(
    ("name", "voids"),
    [
        *((name, True) for name in ("gan/losses.py", "gan/regularizers/weights.py")),
        *((name, True) for name in ("engine/cohort.py", "config/scales.py")),
        *((name, True) for name in ("data/loaders.py", "training/loop.py")),
        *((name, True) for name in ("training/observe.py", "support/torch_state.py")),
        ("metrics/slopes.py", True),  # for the moments of a history
        *((name, False) for name in ("metrics/frechet.py", "claims/judge.py")),
        *((name, False) for name in ("features/extractor.py", "runs/store.py")),
        *((name, False) for name in ("sweep/run.py", "training/evaluate.py")),
    ],
)
def test_only_an_edit_to_what_trains_voids_checkpoints(name, voids, sources):
    before = code_that_trains(sources)
    text = (sources / name).read_text()
    (sources / name).write_text(f"{text}# edited\n")
    after = code_that_trains(sources)
    (sources / name).write_text(text)
    assert (after != before) == voids
    assert code_that_trains(sources) == before == code_that_trains(PACKAGE)


def test_nothing_that_trains_is_forgotten():
    assert all((PACKAGE / name).exists() for name in TRAINS)
    found = grimp.build_graph("lipgan", cache_dir=None)
    needed = found.find_upstream_modules("lipgan.training.loop")
    # which name things only
    needed -= {"lipgan", "lipgan.training", "lipgan.metrics"}
    names = [f"lipgan.{name.removesuffix('.py').replace('/', '.')}" for name in TRAINS]
    assert "lipgan.gan.step" in needed
    assert not {
        module
        for module in needed
        if not any(module == n or module.startswith(f"{n}.") for n in (*names, *APART))
    }
