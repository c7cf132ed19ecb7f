"""Folders of images: known by what is in them, wherever they are."""

import numpy as np
import pytest
from PIL import Image

from lipgan.__main__ import main
from lipgan.experiments import EXPERIMENTS
from lipgan.runs import RunStore
from lipgan.runs.evidence import Evidence
from lipgan.sweep import run_or_load
from lipgan.sweep.publish import publish
from lipgan.training.judge_again import judge_again


def write_images(folder, shade):
    folder.mkdir(exist_ok=True)
    for index in range(8):
        pixels = np.full((8, 8), shade + index, np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")


@pytest.fixture
def of_folder(tiny, tmp_path):
    def make(name):
        folder = f"folder:{tmp_path / name}"
        sizes = {"image_size": 8, "channels": 1, "features": "pixels"}
        return tiny(dataset=folder, **sizes)

    return make


def trained(config, store):
    lines = []
    (run,) = run_or_load([config], store, device="cpu", progress=lines.append)
    return run, "\n".join(lines)


def test_a_folder_is_known_by_its_images_not_by_its_path(of_folder, tmp_path):
    for name in ("here", "there"):
        write_images(tmp_path / name, 50)
    store = RunStore(tmp_path / "runs")
    first, lines = trained(of_folder("here"), store)
    assert "training" in lines
    again, lines = trained(of_folder("there"), store)
    assert lines == ""
    assert again.config.dataset == of_folder("there").dataset
    assert again.metrics.keys() == first.metrics.keys()


def test_changed_images_are_trained_anew_beside_the_old_record(of_folder, tmp_path):
    write_images(tmp_path / "here", 50)
    store, config = RunStore(tmp_path / "runs"), of_folder("here")
    first, _ = trained(config, store)
    write_images(tmp_path / "here", 90)
    second, lines = trained(config, store)
    assert "1 records are not used" in lines
    assert "is of other data" in lines
    assert second.data_digest != first.data_digest
    assert len(store.ids()) == 2
    for shade, run in ((90, second), (50, first)):  # both are found from now on
        write_images(tmp_path / "here", shade)
        found, lines = trained(config, store)
        assert (found.data_digest, lines) == (run.data_digest, "")


@pytest.fixture
def two(of_folder, tmp_path):
    """Two folders of unlike images, and a store with a record of each."""
    for name, shade in (("dark", 50), ("light", 200)):
        write_images(tmp_path / name, shade)
    store = RunStore(tmp_path / "runs")
    runs = [trained(of_folder(name), store)[0] for name in ("dark", "light")]
    return store, runs


def test_two_folders_in_one_call_are_refused(two, of_folder, tmp_path):
    dark, light = of_folder("dark"), of_folder("light")
    assert dark.config_id == light.config_id
    with pytest.raises(ValueError, match="in one call: their records have one name"):
        run_or_load([dark, light], tmp_path / "other", device="cpu", progress=None)
    assert not (tmp_path / "other").exists()
    run_or_load([dark, dark], two[0], device="cpu", progress=None)


def test_a_relative_path_is_kept_whole(of_folder, tmp_path, monkeypatch):
    write_images(tmp_path / "here", 50)
    monkeypatch.chdir(tmp_path)
    config = of_folder("here")
    asked = type(config)(**config.to_dict() | {"dataset": "folder:here"})
    run, _ = trained(asked, RunStore(tmp_path / "runs"))
    assert run.config == asked
    (kept,) = RunStore(tmp_path / "runs")
    assert kept.config.dataset == config.dataset


def test_a_folder_that_has_moved_is_not_judged_again(of_folder, tiny, tmp_path):
    write_images(tmp_path / "here", 50)
    store, said = RunStore(tmp_path / "runs"), []
    for config in (of_folder("here"), tiny(), tiny(loss="wgan", seed=3)):
        run_or_load([config], store, device="cpu", keep_weights=True, progress=None)
    (tmp_path / "here").rename(tmp_path / "there")
    judged = judge_again(store, samples=32, device="cpu", say=said.append)
    assert len(list(judged)) == 2
    assert any("1 runs are left as they are" in line for line in said)


@pytest.mark.parametrize("damaged", [0, 1])
def test_a_damaged_record_leaves_its_sibling_in_use(damaged, two):
    store, runs = two
    names = sorted(store.ids(), key=len)
    path = store.path / f"{names[damaged]}.json"
    path.write_bytes(b"{")
    for run in runs:
        (found,) = run_or_load(
            [run.config], store, device="cpu", progress=None, repair=True
        )
        assert found.data_digest == run.data_digest
    moved = [p.name for p in (store.path / "damaged").glob("*.json")]
    assert moved == [path.name]
    for run in runs:
        assert trained(run.config, store)[1] == ""  # nothing is trained any more


def test_runs_on_folders_are_not_published(two, tiny, tmp_path, capsys):
    store, runs = two
    place = tmp_path / "data"
    with pytest.raises(ValueError, match="its images are in a folder"):
        publish(runs, place, EXPERIMENTS)
    assert not place.exists()
    run_or_load([tiny()], store, device="cpu", progress=None)
    assert main(["publish", "--store", str(store.path), "--to", str(place)]) == 0
    assert "2 runs on folders of images are left out" in capsys.readouterr().out
    assert len(Evidence(place)) == 1
