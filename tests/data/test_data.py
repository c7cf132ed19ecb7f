"""Data sets: what all of them keep to, and folders of images."""

import os
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from lipgan import data

FILES = [name for name, spec in data.DATASETS.items() if spec.needs_files]


@pytest.fixture
def tree(tmp_path):
    """Ten gray images in each of two folders; value 10 i, various formats."""
    kinds = ["png", "jpg", "JPEG", "bmp", "webp"]
    for c, name in enumerate(["cats", "dogs"]):
        (tmp_path / name / "deep").mkdir(parents=True)
        for i in range(10):
            file = tmp_path / name / "deep" / f"{i}.{kinds[i % 5]}"
            Image.new("L", (12, 8), 10 * i + 100 * c).save(file)
    (tmp_path / "cats" / "notes.txt").write_text("not an image")
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "x.png").write_text("hidden, hence not read")
    return tmp_path


@pytest.mark.parametrize("name", sorted(data.DATASETS.keys() - {"folder"}))
def test_every_registered_set_has_the_shape_it_declares(name):
    spec = data.dataset_spec(name)
    dataset = data.load(name, synthetic=True, limit=20)
    assert dataset.name == (f"synthetic {name}" if name in FILES else name)
    if spec.image_size:
        assert dataset.shape == (spec.channels, spec.image_size, spec.image_size)
        assert dataset.x.dtype == torch.uint8
    else:
        assert dataset.shape == (2,)
    batch = dataset.batch(torch.zeros(3, 2, dtype=torch.int64))
    assert batch.dtype == torch.float32
    assert batch.shape == (3, 2, *dataset.shape)
    if dataset.labels is not None:
        assert dataset.labels.dtype == torch.int64
        assert dataset.labels.max() < dataset.num_classes


def test_the_digest_tells_data_apart_wherever_they_lie(tree, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "copy"
    shutil.copytree(tree, elsewhere)
    first = data.load(f"folder:{tree}")
    assert data.load(f"folder:{elsewhere}").digest == first.digest
    assert data.load(f"folder:{tree}", channels=3).digest != first.digest
    changed = first.x.clone()
    changed[-1, 0, -1, -1] += 1
    assert data.Dataset("", changed, None, 0).digest != first.digest
    assert data.load("digits").digest == "4a72d7d28f18d3b1"


def test_batch_maps_the_edges_to_plus_minus_one():
    x = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(3, 1, 1, 1)
    dataset = data.Dataset("made", x, None, 0)
    values = dataset.batch(torch.tensor([[2, 0], [1, 1]])).flatten()
    torch.testing.assert_close(values, torch.tensor([1.0, -1.0, -0.6, -0.6]))
    assert x.flatten().tolist() == [0, 51, 255]  # the store stays as it was


def test_to_uint8_inverts_batch_and_rounds():
    x = torch.arange(256, dtype=torch.uint8).reshape(256, 1, 1, 1)
    images = data.Dataset("made", x, None, 0).batch(torch.arange(256))
    assert torch.equal(data.to_uint8(images), x)
    shifted = images + 0.9 / 255  # 0.45 of a gray level up: truncation agrees, but
    assert torch.equal(data.to_uint8(shifted), x)
    below = images - 0.9 / 255  # 0.45 down: truncation would lose a level
    assert torch.equal(data.to_uint8(below), x)
    with pytest.raises(ValueError, match="to_uint8: 2 of 3 values of x are not finite"):
        data.to_uint8(torch.tensor([0.0, torch.nan, torch.inf]))


@pytest.mark.parametrize("name", FILES)
def test_missing_files_give_one_helpful_line(name, tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        data.load(name, root=tmp_path / "empty")
    message = str(caught.value)
    assert "\n" not in message
    for part in (repr(name), str(tmp_path), "--data DIR", "LIPGAN_DATA"):
        assert part in message
    assert ("--download" in message) == (name != "cifar10_jpeg")  # nobody offers it
    assert not (tmp_path / "empty").exists()


def test_folder_is_read_in_order_with_labels(tree):
    dataset = data.load(f"folder:{tree}")
    assert dataset.x.shape == (20, 1, 8, 8)  # the central square of gray images
    values = dataset.x.float().mean((1, 2, 3))
    wanted = torch.cat([torch.arange(10) * 10, torch.arange(10) * 10 + 100])
    assert (values - wanted).abs().max() <= 2  # webp loses a little
    assert dataset.labels.tolist() == [0] * 10 + [1] * 10
    assert dataset.num_classes == 2
    color = data.load(f"folder:{tree}", image_size=4, channels=3, limit=3)
    assert color.x.shape == (3, 3, 4, 4)
    one = data.load(f"folder:{tree / 'cats'}")
    assert (len(one), one.labels, one.num_classes) == (10, None, 0)


def test_folder_crops_the_center_and_keeps_the_channels_in_order(tmp_path):
    pixels = np.zeros((4, 8, 3), np.uint8)
    pixels[:, 2:6] = (10, 20, 30)
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    x = data.load(f"folder:{tmp_path}").x
    assert x.shape == (1, 3, 4, 4)
    assert x[0].flatten(1).unique(dim=1).flatten().tolist() == [10, 20, 30]


def test_unfit_folders_are_refused(tree):
    (tree / "cats" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    with pytest.raises(ValueError, match=r"cannot read '.*broken\.png'"):
        data.load(f"folder:{tree}")
    os.remove(tree / "cats" / "broken.png")
    whole = (tree / "cats" / "deep" / "1.jpg").read_bytes()
    (tree / "cats" / "cut.jpg").write_bytes(whole[: len(whole) - 20])
    with pytest.raises(ValueError, match=r"cannot read '.*cut\.jpg'"):
        data.load(f"folder:{tree}")
    Image.new("I;16", (4, 4)).save(tree / "cats" / "cut.png")
    os.remove(tree / "cats" / "cut.jpg")
    with pytest.raises(ValueError, match="more than 8 bits"):
        data.load(f"folder:{tree}")
    (tree / "bare").mkdir()
    with pytest.raises(ValueError, match=r"bare' holds no image \('.bmp', '.gif'"):
        data.load(f"folder:{tree / 'bare'}")
    with pytest.raises(FileNotFoundError, match="nowhere' is not a folder"):
        data.load(f"folder:{tree / 'nowhere'}")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "mnits",
            {},
            "dataset: 'mnits' is not one of digits, mnist, cifar10",
        ),
        ("folder", {}, "dataset: 'folder' is not one of .*folder:PATH"),
        ("mnist:x", {}, "dataset: 'mnist:x' is not one of"),
        ("digits", {"limit": 0}, "limit: 0 is not a positive integer"),
        ("digits", {"image_size": -1}, "image_size: -1 is not a positive integer"),
        ("digits", {"channels": 2}, "channels: 2 is not 1, 3 or None"),
        ("toy2d_ring", {"image_size": 8}, "toy2d_ring holds points"),
    ],
)
def test_unfit_arguments_are_refused(name, options, message):
    with pytest.raises(ValueError, match=message):
        data.load(name, **options)


def test_a_corrupt_image_stops_a_run_by_name_before_anything_is_stored(
    tree, tmp_path, capsys
):
    from lipgan.__main__ import main

    whole = (tree / "dogs" / "deep" / "6.jpg").read_bytes()
    (tree / "dogs" / "deep" / "6.jpg").write_bytes(whole[: len(whole) // 2])
    command = ["train", "--dataset", f"folder:{tree}", "--image-size", "8"]
    command += ["--channels", "1", "--scale", "smoke", "--device", "cpu"]
    assert main([*command, "--store", str(tmp_path / "runs")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "6.jpg" in error
    assert not list((tmp_path / "runs").glob("*"))
