"""What stands in on a bare machine does what the packages do."""

import io
import pickle

import numpy as np
import pytest
import safetensors.numpy
import torch
import torchvision
from PIL import Image
from scipy.sparse.linalg import LinearOperator, svds

from benchmarks import stand_ins
from tests.data.conftest import write_idx

RNG = np.random.default_rng(0)
ARRAYS = {
    "weights": RNG.standard_normal((3, 4)).astype(np.float32),
    "half": RNG.standard_normal(5).astype(np.float16),
    "count": np.asarray(7),
    "exact": RNG.standard_normal((2, 0)),
    "bytes": np.arange(6, dtype=np.uint8).reshape(2, 3),
    "there": np.asarray([True, False]),
    "ä": np.arange(3, dtype=np.int32),
}


@pytest.mark.parametrize("metadata", [None, {"config_id": "a b"}])
def test_safetensors_are_the_same_bytes_and_read_back(metadata):
    content = stand_ins.save(ARRAYS, metadata)
    assert content == safetensors.numpy.save(ARRAYS, metadata)
    arrays, noted = stand_ins.parse(content)
    assert noted == (metadata or {})
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert np.array_equal(arrays[name], array)


@pytest.mark.parametrize("cut", [0, 4, 20, -3])
def test_a_damaged_file_is_refused(cut):
    with pytest.raises(stand_ins.SafetensorError):
        stand_ins.parse(stand_ins.save(ARRAYS)[:cut])


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_pillow_reads_the_pictures(shape):
    samples = RNG.integers(256, size=shape, dtype=np.uint8)
    with Image.open(io.BytesIO(stand_ins.write_png(samples))) as image:
        assert np.array_equal(np.asarray(image), samples)


def test_mnist_is_read_as_torchvision_reads_it(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        images = RNG.integers(256, size=(9, 28, 28), dtype=np.uint8)
        write_idx(raw / f"{part}-images-idx3-ubyte", images)
        write_idx(raw / f"{part}-labels-idx1-ubyte", np.arange(9, dtype=np.uint8))
    own = stand_ins.MNIST(str(tmp_path))
    usual = torchvision.datasets.MNIST(str(tmp_path), train=True)
    assert torch.equal(own.data, usual.data)
    assert torch.equal(own.targets.long(), usual.targets)


def test_cifar10_is_read_batch_by_batch(tmp_path):
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    pixels = RNG.integers(256, size=(5, 2, 3072), dtype=np.uint8)
    for i, (name, _) in enumerate(torchvision.datasets.CIFAR10.train_list):
        batch = {"data": pixels[i], "labels": [i, i + 1]}
        (folder / name).write_bytes(pickle.dumps(batch))
    own = stand_ins.CIFAR10(str(tmp_path))
    assert own.targets == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]
    assert own.data.shape == (10, 32, 32, 3)
    assert np.array_equal(own.data[3, :, :, 1].ravel(), pixels[1, 1, 1024:2048])


@pytest.mark.parametrize("shape", [(40, 300), (300, 40), (3, 5), (400, 400)])
def test_the_largest_singular_value_is_that_of_scipy(shape):
    matrix = RNG.standard_normal(shape)
    matrices = [
        kind(shape, matvec=matrix.__matmul__, rmatvec=matrix.T.__matmul__, dtype=float)
        for kind in (stand_ins.LinearOperator, LinearOperator)
    ]
    start = RNG.standard_normal(min(shape))
    expected = svds(matrices[1], k=1, v0=start, return_singular_vectors=False)
    assert stand_ins.svds(matrices[0], k=1, v0=start) == pytest.approx(expected, 1e-9)


def test_nothing_stands_in_for_what_is_there():
    assert stand_ins.install() == []
