"""Data sets: the real files where they are at hand, made files of the same format."""

import gzip
import os
import pickle
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lipgan import data
from lipgan.data import loaders

SHARED_MNIST = Path(__file__).parents[3] / "shared" / "data" / "mnist"
NO_FILES = ["digits", "toy2d", "toy2d_ring"]
FILES = ["mnist", "mnist_padded", "cifar10", "cifar10_jpeg", "celeba"]


def write_idx(path: Path, array: np.ndarray) -> None:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.tobytes())


@pytest.fixture
def mnist_root(tmp_path):
    """Twelve made images in MNIST's format; image i has the value 20 i everywhere."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    images = np.arange(12, dtype=np.uint8)[:, None, None] * 20
    for part in ("train", "t10k"):
        write_idx(raw / f"{part}-images-idx3-ubyte", np.tile(images, (1, 28, 28)))
        write_idx(raw / f"{part}-labels-idx1-ubyte", np.arange(12, dtype=np.uint8) % 10)
    return tmp_path


@pytest.fixture
def cifar_root(tmp_path, monkeypatch):
    from torchvision.datasets import CIFAR10

    folder = tmp_path / CIFAR10.base_folder
    folder.mkdir()
    rows = np.arange(4, dtype=np.uint8).repeat(3072).reshape(4, 3, 32, 32)
    rows[:, 1] += 100  # green
    batch = {"data": rows.reshape(4, -1), "labels": [3, 1, 4, 1]}
    (folder / "made").write_bytes(pickle.dumps(batch))
    names = {"label_names": [str(i) for i in range(10)]}
    (folder / "names").write_bytes(pickle.dumps(names))
    monkeypatch.setattr(CIFAR10, "train_list", [["made", None]])
    monkeypatch.setattr(CIFAR10, "test_list", [])
    meta = {"filename": "names", "key": "label_names", "md5": None}
    monkeypatch.setattr(CIFAR10, "meta", meta)
    return tmp_path


@pytest.fixture
def celeba_root(tmp_path, monkeypatch):
    """Three made portraits, the second of which is not for training."""
    from torchvision.datasets import CelebA

    folder = tmp_path / "celeba" / "img_align_celeba"
    folder.mkdir(parents=True)
    names = [f"{i:06d}.jpg" for i in (1, 2, 3)]
    for i, name in enumerate(names):
        portrait = np.full((218, 178, 3), 255, np.uint8)  # a white frame is cut off
        portrait[20:198] = (40 * i, 100, 200)
        Image.fromarray(portrait).save(folder / name, quality=100, subsampling=0)
    tables = {
        "list_eval_partition": (None, "0 1 0"),
        "identity_CelebA": (None, "7 8 9"),
        "list_bbox_celeba": ("x", "1 1 1"),
        "list_landmarks_align_celeba": ("x", "1 1 1"),
        "list_attr_celeba": ("Smiling", "1 -1 1"),
    }
    for table, (header, values) in tables.items():
        rows = [f"{n} {v}" for n, v in zip(names, values.split(), strict=True)]
        lines = rows if header is None else ["3", header, *rows]
        (tmp_path / "celeba" / f"{table}.txt").write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(CelebA, "_check_integrity", lambda _: True)
    return tmp_path


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


@pytest.mark.parametrize("name", NO_FILES + FILES)
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


def test_cifar10_as_jpeg_files_is_read_from_class_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cifar10_jpeg.*ten class folders"):
        data.load("cifar10_jpeg", root=tmp_path)
    for index, name in enumerate(("airplane", "bird")):
        folder = tmp_path / "cifar10-jpeg" / name
        folder.mkdir(parents=True)
        Image.new("RGB", (32, 32), (100 * index, 50, 20)).save(folder / "0001.png")
    found = data.load("cifar10_jpeg", root=tmp_path)
    assert found.shape == (3, 32, 32)
    assert found.labels.tolist() == [0, 1]
    assert found.x[1, :, 0, 0].tolist() == [100, 50, 20]


def test_registry_names_are_all_tested():
    assert sorted(data.DATASETS) == sorted([*NO_FILES, *FILES, "folder"])


def test_digits_are_the_rounded_originals():
    from sklearn.datasets import load_digits

    digits = data.load("digits")
    assert digits.x.shape == (1797, 1, 8, 8)
    levels = digits.x.unique()
    assert len(levels) == 17
    assert levels[[0, 8, 16]].tolist() == [0, 128, 255]  # 127.5 rounds to even
    restored = (digits.x[:, 0].double() * 16 / 255).round().numpy()
    np.testing.assert_array_equal(restored, load_digits().images)
    assert (len(digits), digits.num_classes) == (1797, 10)
    assert digits.to("cpu").labels.bincount().tolist()[0] == 178


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


def test_toys_are_what_the_docstrings_say():
    points = data.load("toy2d").x
    expected = torch.tensor([[1.0, 0.0], [1.6, 0.9], [2.2, -0.3], [1.3, -1.0]])
    assert torch.equal(points, expected)
    ring, modes = data.load("toy2d_ring"), loaders.ring_modes()
    assert (len(ring), ring.num_classes, ring.x.dtype) == (2048, 8, torch.float32)
    torch.testing.assert_close(modes.norm(dim=1), torch.ones(8))
    assert torch.equal(torch.cdist(ring.x, modes).argmin(1), ring.labels)
    assert (ring.x - modes[ring.labels]).std().item() == pytest.approx(0.05, rel=0.05)
    assert torch.equal(ring.x, data.load("toy2d_ring").x)
    assert torch.equal(ring.batch(torch.tensor([5])), ring.x[5:6])


def test_synthetic_images_are_fixed_and_tell_classes_apart():
    dataset = data.load("cifar10", synthetic=True)
    assert len(dataset) == 256
    again = data.load("cifar10", synthetic=True, root="nowhere")
    assert torch.equal(dataset.x, again.x)
    x = dataset.x.float().flatten(1)
    means = torch.stack([x[dataset.labels == c].mean(0) for c in range(10)])
    assert torch.equal(torch.cdist(x, means).argmin(1), dataset.labels)


def test_mnist_is_read_from_idx_files(mnist_root, monkeypatch):
    dataset = data.load("mnist", root=mnist_root)
    assert dataset.shape == (1, 32, 32)
    assert dataset.x[:, 0, 0, 0].tolist() == [20 * i for i in range(12)]
    assert dataset.x.flatten(1).float().std(1).max() == 0
    assert dataset.labels.tolist() == [*range(10), 0, 1]
    monkeypatch.setenv("LIPGAN_DATA", str(mnist_root))
    small = data.load("mnist", image_size=8, channels=3, limit=5)
    assert small.x.shape == (5, 3, 8, 8)
    assert len(small.labels) == 5
    assert data.load("mnist", image_size=28).shape == (1, 28, 28)


def test_mnist_is_padded_where_that_is_asked_for(mnist_root):
    x = data.load("mnist_padded", root=mnist_root).x
    assert x.shape == (12, 1, 32, 32)
    assert x[3, 0, 2:30, 2:30].unique().tolist() == [60]
    assert x[3, 0].sum() == 60 * 28 * 28


def test_damaged_mnist_is_refused(mnist_root):
    file = mnist_root / "MNIST" / "raw" / "train-images-idx3-ubyte"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ValueError, match="data set 'mnist' in .*: damaged file"):
        data.load("mnist", root=mnist_root)


@pytest.mark.skipif(not SHARED_MNIST.is_dir(), reason=f"no MNIST in {SHARED_MNIST}")
def test_real_mnist_loads(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for archive in SHARED_MNIST.glob("*.gz"):
        with gzip.open(archive) as packed, (raw / archive.stem).open("wb") as file:
            shutil.copyfileobj(packed, file)
    mnist = data.load("mnist", root=tmp_path)
    assert mnist.x.shape == (60_000, 1, 32, 32)
    assert mnist.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.x.float().mean().item() == pytest.approx(33.3, abs=0.3)


def test_cifar10_is_read_from_its_batches(cifar_root):
    dataset = data.load("cifar10", root=cifar_root)
    assert dataset.x.shape == (4, 3, 32, 32)
    assert dataset.x[:, 1, 5, 7].tolist() == [100, 101, 102, 103]
    assert dataset.labels.tolist() == [3, 1, 4, 1]
    gray = data.load("cifar10", root=cifar_root, channels=1)
    assert gray.x[:, 0, 0, 0].tolist() == [59, 60, 61, 62]  # 0.587 of green's 100


def test_celeba_is_cropped_and_keeps_to_its_training_part(celeba_root):
    dataset = data.load("celeba", root=celeba_root)
    assert dataset.x.shape == (2, 3, 64, 64)
    assert dataset.labels is None
    wanted = torch.tensor([[0, 100, 200], [80, 100, 200]])[:, :, None, None]
    assert (dataset.x.int() - wanted).abs().max() <= 3  # no white frame is left
    assert data.load("celeba", root=celeba_root, image_size=16, limit=1).shape[-1] == 16


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


@pytest.mark.parametrize(("name", "module"), [("mnist", "torchvision.datasets")])
def test_missing_package_is_named(name, module, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(ImportError, match="data set mnist needs torchvision"):
        data.load(name)


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
