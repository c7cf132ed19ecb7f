"""What is said of data files that are there but cannot be used."""

import gzip
import shutil

import pytest
import torch

from lipgan import data
from lipgan.data.expected import LOOKED_FOR, what_is_missing

IMAGES, LABELS = LOOKED_FOR["MNIST"]


def write_labels(root, labels):
    head = bytes([0, 0, 8, 1]) + len(labels).to_bytes(4, "big")
    (root / LABELS).write_bytes(head + bytes(labels))


def test_what_is_there_is_not_missing(mnist_root):
    assert what_is_missing(mnist_root, "MNIST") == ""
    assert what_is_missing(mnist_root, "CIFAR10").endswith("is not there")


def compressed(root):
    content = (root / IMAGES).read_bytes()
    (root / f"{IMAGES}.gz").write_bytes(gzip.compress(content))
    (root / IMAGES).unlink()


def one_folder_off(root):
    shutil.move(root / "MNIST" / "raw", root / "raw")


def empty(root):
    (root / IMAGES).write_bytes(b"")


def gone(root):
    shutil.rmtree(root / "MNIST")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (compressed, r"ubyte is not there, but MNIST/raw/\S+ubyte\.gz is: unpack it"),
        (one_folder_off, r"ubyte is not there, but raw/train-images-idx3-ubyte is"),
        (empty, r"MNIST/raw/train-images-idx3-ubyte is empty"),
        (gone, r"MNIST/raw/train-images-idx3-ubyte is not there; fetch it"),
    ],
)
def test_mnist_that_cannot_be_read_says_which_file_and_why(mnist_root, spoil, said):
    spoil(mnist_root)
    with pytest.raises(FileNotFoundError, match=said):
        data.load("mnist", root=mnist_root)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (range(9), "9 labels for 12 images"),
        ([0] * 11 + [77], "labels from 0 to 77, not 0 to 9"),
    ],
)
def test_labels_that_do_not_fit_are_damage(mnist_root, labels, said):
    write_labels(mnist_root, list(labels))
    with pytest.raises(ValueError, match=rf"damaged file \({said}\)"):
        data.load("mnist", root=mnist_root)


def test_labels_that_fit_are_read(mnist_root):
    write_labels(mnist_root, [9] * 12)
    assert torch.equal(data.load("mnist", root=mnist_root).labels, torch.full((12,), 9))


def test_changed_batches_of_cifar_are_damage_not_absence(tmp_path):
    for name in LOOKED_FOR["CIFAR10"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"not what was published")
    with pytest.raises(ValueError, match="damaged file"):
        data.load("cifar10", root=tmp_path)
    (tmp_path / LOOKED_FOR["CIFAR10"][2]).unlink()
    with pytest.raises(FileNotFoundError, match="data_batch_2 is not there"):
        data.load("cifar10", root=tmp_path)
