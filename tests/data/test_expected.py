"""What is said of data files that are there but cannot be used."""

import gzip
import re
import shutil

import pytest
import torch
from torchvision.datasets import CIFAR10, MNIST, CelebA

from lipgan import data
from lipgan.__main__ import main
from lipgan.data.expected import looked_for, what_is_damaged, what_is_missing

IMAGES, LABELS, *OF_TEST = looked_for(MNIST)


def write_labels(root, labels):
    head = bytes([0, 0, 8, 1]) + len(labels).to_bytes(4, "big")
    (root / LABELS).write_bytes(head + bytes(labels))


def write(root, content):
    (root / IMAGES).write_bytes(content((root / IMAGES).read_bytes()))


def test_what_is_there_is_neither_missing_nor_damaged(mnist_root):
    assert what_is_missing(mnist_root, MNIST) == ""
    assert what_is_damaged(mnist_root, MNIST) == ""
    assert what_is_missing(mnist_root, CIFAR10).endswith("is not there")


def packed_beside(root):
    content = (root / IMAGES).read_bytes()
    (root / f"{IMAGES}.gz").write_bytes(gzip.compress(content))
    (root / IMAGES).unlink()


MISSING = {
    "packed": (
        packed_beside,
        f"{IMAGES} is not there, but {IMAGES}.gz is: unpack it; fetch it",
    ),
    "a folder off": (
        lambda root: shutil.move(root / "MNIST" / "raw", root / "raw"),
        f"{IMAGES} is not there, but raw/train-images-idx3-ubyte is",
    ),
    "empty": (lambda root: write(root, lambda _: b""), f"{IMAGES} is empty"),
    "gone": (lambda root: shutil.rmtree(root / "MNIST"), f"{IMAGES} is not there; f"),
    "no test part": (
        lambda root: (root / OF_TEST[0]).unlink(),
        f"{OF_TEST[0]} is not there; fetch it",
    ),
}
DAMAGED = {
    "truncated": (lambda b: b[:-1], f"{IMAGES} has 9423 bytes, not 9424"),
    "prolonged": (lambda b: b + b"x", f"{IMAGES} has 9425 bytes, not 9424"),
    "packed": (gzip.compress, f"{IMAGES} is still packed (gzip): unpack it"),
    "a web page": (lambda b: b"<html>" + b, f"{IMAGES} begins with 3c 68 74 6d, not 0"),
    "floats": (lambda b: b"\0\0\x0d" + b[3:], "begins with 00 00 0d 03, not 00 00 08"),
    "labels": (lambda _: bytes([0, 0, 8, 1, 0, 0, 0, 1, 7]), "begins with 00 00 08 01"),
    "head alone": (lambda b: b[:7], f"{IMAGES} has 7 bytes, not "),
    "no image": (lambda b: b[:4] + bytes(4) + b[8:16], f"{IMAGES} holds nothing"),
}


@pytest.mark.parametrize("case", MISSING)
def test_a_file_that_is_not_there_is_named(mnist_root, case):
    spoil, said = MISSING[case]
    spoil(mnist_root)
    with pytest.raises(FileNotFoundError, match=f"'mnist' in .*: {re.escape(said)}"):
        data.load("mnist", root=mnist_root)


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_file_is_named_with_what_is_wrong(mnist_root, case):
    content, said = DAMAGED[case]
    write(mnist_root, content)
    with pytest.raises(
        ValueError, match=rf"damaged file \(.*{re.escape(said)}"
    ) as info:
        data.load("mnist", root=mnist_root)
    assert repr(str(mnist_root)) in str(info.value)
    with pytest.raises(ValueError, match=re.escape(said)):  # not "download failed"
        data.load("mnist", root=mnist_root, download=True)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (range(9), "9 labels for 12 images"),
        (range(10), "10 labels for 12 images"),
        ([1] * 13, "13 labels for 12 images"),
        ([0] * 11 + [77], "labels from 0 to 77, not 0 to 9"),
    ],
)
def test_labels_that_do_not_fit_are_damage(mnist_root, labels, said):
    write_labels(mnist_root, list(labels))
    with pytest.raises(ValueError, match=rf"damaged file \({LABELS} holds {said}\)"):
        data.load("mnist", root=mnist_root)


def test_damage_is_one_line_of_the_command_and_exit_code_2(mnist_root, capsys):
    write(mnist_root, lambda content: content[:-1])
    where = ["--data", str(mnist_root), "--store", str(mnist_root / "runs")]
    assert main(["train", "--dataset", "mnist", *where]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{str(mnist_root)!r}: damaged file ({IMAGES} has 9423 bytes" in line


def test_labels_that_fit_are_read(mnist_root):
    write_labels(mnist_root, [9] * 12)
    assert torch.equal(data.load("mnist", root=mnist_root).labels, torch.full((12,), 9))


def test_changed_batches_of_cifar_are_damage_not_absence(tmp_path):
    files = list(looked_for(CIFAR10))
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"not what was published")
    said = rf"damaged file \({files[0]} is not the published file: its MD5 is \w+, not"
    with pytest.raises(ValueError, match=said):
        data.load("cifar10", root=tmp_path)
    (tmp_path / files[1]).unlink()
    with pytest.raises(FileNotFoundError, match="data_batch_2 is not there"):
        data.load("cifar10", root=tmp_path)


def test_a_changed_list_of_celeba_is_named(tmp_path):
    (tmp_path / "celeba" / "img_align_celeba").mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="list_attr_celeba.txt is not there"):
        data.load("celeba", root=tmp_path)
    for name in looked_for(CelebA):
        if name.endswith(".txt"):
            (tmp_path / name).write_text("1\n")
    with pytest.raises(FileNotFoundError, match="folder .*img_align_celeba is empty"):
        data.load("celeba", root=tmp_path)
    (tmp_path / "celeba" / "img_align_celeba" / "000001.jpg").touch()
    with pytest.raises(ValueError, match=r"celeba\.txt is not the published file"):
        data.load("celeba", root=tmp_path)
