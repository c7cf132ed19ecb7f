"""Loaders: the real files where they are at hand, made files of the same format."""

import gzip
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lipgan import data
from lipgan.data import loaders

SHARED_MNIST = Path(__file__).parents[3] / "shared" / "data" / "mnist"


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


@pytest.mark.parametrize(("name", "module"), [("mnist", "torchvision.datasets")])
def test_missing_package_is_named(name, module, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(ImportError, match="data set mnist needs torchvision"):
        data.load(name)
