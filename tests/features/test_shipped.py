"""The shipped weights: what they say, how they are made, and by which command."""

import dataclasses
import gzip
import hashlib
import json
import struct
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open

from lipgan import data, features
from lipgan.features import __main__, shipped
from lipgan.features.classifiers import small

SHARED = Path(__file__).parents[3] / "shared" / "data"
SHIPPED = [k for k, v in features.FEATURES.items() if hasattr(v, "sha256")]


def recipe(name):
    with safe_open(shipped.WEIGHTS / f"{name}.safetensors", "pt") as file:
        return json.loads(file.metadata()["recipe"])


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_weights_are_small_and_state_their_recipe(name):
    spec = features.FEATURES[name]
    content = (shipped.WEIGHTS / f"{name}.safetensors").read_bytes()
    assert len(content) < {"cifar10": 2_000_000}.get(name, 1_000_000)
    assert hashlib.sha256(content).hexdigest() == spec.sha256
    stated = recipe(name)
    assert stated.pop("held_out_accuracy") >= {"cifar10": 0.85}.get(name, 0.99)
    expected = json.loads(json.dumps(dataclasses.asdict(spec)))
    del expected["sha256"]
    assert expected.items() <= stated.items()
    described = data.dataset_spec(name)
    assert described.features == name
    assert (spec.image_size, spec.channels, spec.num_classes) == (
        *(described.image_size, described.channels),
        described.num_classes,
    )


def write_mnist(root, images, kind):
    """Files as torchvision seeks them: images uint8 (N, 28, 28), labels 0 to 9."""
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    sizes = struct.pack(">iiii", 0x803, len(images), 28, 28)
    labels = bytes(i % 10 for i in range(len(images)))
    (raw / f"{kind}-images-idx3-ubyte").write_bytes(sizes + images.tobytes())
    sizes = struct.pack(">ii", 0x801, len(images))
    (raw / f"{kind}-labels-idx1-ubyte").write_bytes(sizes + labels)


def write_class_folders(root, images):
    """Images uint8 (N, 32, 32, 3), by turns in ten folders."""
    for i, pixels in enumerate(images):
        (root / f"class{i % 10}").mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(root / f"class{i % 10}" / f"{i:04}.png")


@pytest.fixture
def quick(tmp_path, monkeypatch):
    """Two steps of training, into a folder of its own."""
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path)
    for name in ("mnist", "cifar10"):
        spec = features.FEATURES[name]
        short = dataclasses.replace(spec.recipe, steps=2, batch_size=20)
        spec = dataclasses.replace(spec, recipe=short, sha256="")
        monkeypatch.setitem(features.FEATURES, name, spec)
    threads = torch.get_num_threads()
    yield tmp_path
    torch.set_num_threads(threads)


NOISE = np.random.default_rng(0).integers(0, 256, (60, 32, 32, 3), np.uint8)


def test_mnist_is_trained_on_training_and_judged_on_test_images(quick, capsys):
    pytest.importorskip("torchvision")
    gray = np.ascontiguousarray(NOISE[:, :28, :28, 0])
    write_mnist(quick, gray, "train")
    write_mnist(quick, gray[:50], "t10k")
    spec = features.FEATURES["mnist"]
    expected = data.load("mnist", root=quick, image_size=32, channels=1, limit=50)
    found = spec.test_images(quick)
    assert torch.equal(found.x, expected.x)
    assert torch.equal(found.labels, expected.labels)
    assert __main__.main(["mnist", "--data", str(quick)]) == 0
    stated = recipe("mnist")
    assert (stated["images"], stated["held_out_images"]) == (60, 50)
    digest = hashlib.sha256((quick / "mnist.safetensors").read_bytes()).hexdigest()
    assert digest in capsys.readouterr().out
    extractor = features.load_extractor("mnist")
    right = extractor.classify(found.x) == found.labels
    assert stated["held_out_accuracy"] == pytest.approx(right.float().mean().item())
    (quick / "MNIST" / "raw" / "t10k-images-idx3-ubyte").write_bytes(b"short")
    with pytest.raises(ValueError, match="damaged test images"):
        spec.test_images(quick)


def test_cifar10_is_trained_on_class_folders_and_judged_on_a_tenth(quick):
    write_class_folders(quick / "images", NOISE)
    accuracy = __main__.train_and_save("cifar10", quick / "images")
    stated = recipe("cifar10")
    assert (stated["images"], stated["held_out_images"]) == (54, 6)
    assert stated["source"] == "class folders"
    whole = data.load(f"folder:{quick / 'images'}", image_size=32, channels=3)
    _, held_out = small.split_indices(60, parts=10)
    predicted = features.load_extractor("cifar10").classify(whole.x[held_out])
    right = predicted == whole.labels[held_out]
    assert accuracy == pytest.approx(right.float().mean().item(), abs=1e-4)
    for file in (quick / "images" / "class9").iterdir():
        file.unlink()
    with pytest.raises(ValueError, match="holds 9 class folders, not 10"):
        __main__.train_and_save("cifar10", quick / "images")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: NAME"),
        (["vgg"], "features: 'vgg' is not one of digits, mnist, cifar10"),
        (["pixels"], "features: 'pixels' is not one of digits, mnist, cifar10"),
        (["mnist", "--data", "nowhere"], "data set 'mnist' in 'nowhere': MNIST/raw/"),
        (["cifar10", "--data", "nowhere"], "data set 'cifar10' in 'nowhere': cifar-"),
        (["mnist", "--epochs", "3"], "unrecognized arguments: --epochs 3"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(quick, capsys, arguments, message):
    if "nowhere" in arguments:
        pytest.importorskip("torchvision")
    with pytest.raises(SystemExit) as exit:
        __main__.main(arguments)
    found = capsys.readouterr().err
    assert exit.value.code == 2
    assert found.startswith("python -m lipgan.features: ")
    assert message in found
    assert found.count("\n") == 1


def test_module_runs_as_a_command():
    done = subprocess.run(
        [sys.executable, "-m", "lipgan.features", "inception"],
        **{"capture_output": True, "text": True, "check": False},
    )
    assert done.returncode == 2
    assert done.stderr == (
        "python -m lipgan.features: features: 'inception' is not one of digits, "
        "mnist, cifar10\n"
    )


def test_mnist_classifier_knows_the_test_images(tmp_path):
    pytest.importorskip("torchvision")
    folder = SHARED / "mnist"
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for stem in ("train-images-idx3", "train-labels-idx1"):
        (raw / f"{stem}-ubyte").touch()  # torchvision insists on them
    for stem in ("t10k-images-idx3", "t10k-labels-idx1"):
        file = folder / f"{stem}-ubyte.gz"
        if not file.is_file():
            pytest.skip(f"the MNIST test images are not at hand: no {file.name}")
        (raw / f"{stem}-ubyte").write_bytes(gzip.decompress(file.read_bytes()))
    test = features.FEATURES["mnist"].test_images(tmp_path)
    predicted = features.load_extractor("mnist").classify(test.x)
    accuracy = (predicted == test.labels).float().mean().item()
    assert len(test) == 10_000
    assert accuracy >= 0.99
    assert accuracy == pytest.approx(recipe("mnist")["held_out_accuracy"], abs=5e-4)


def test_cifar10_classifier_knows_images_it_never_saw():
    archive = SHARED / "cifar10-jpeg" / "train.tar.xz"
    if not archive.is_file():
        pytest.skip(f"the JPEG copy of CIFAR-10 is not at hand: no {archive.name}")
    _, held_out = small.split_indices(50_000, parts=10)
    wanted, index = set(held_out[::5].tolist()), 0
    pixels, labels = [], []
    with tarfile.open(archive, "r|xz") as tar:
        # sorted as `data.load` sorts them, 5,000 files in each of ten folders
        for member in tar:
            if not member.name.endswith(".jpg"):
                continue
            if index in wanted:
                with Image.open(tar.extractfile(member)) as image:
                    pixels.append(torch.from_numpy(np.array(image)))
                labels.append(index // 5_000)
            index += 1
    x = torch.stack(pixels).movedim(-1, 1)
    predicted = features.load_extractor("cifar10").classify(x)
    accuracy = (predicted == torch.tensor(labels)).float().mean().item()
    assert (index, len(x)) == (50_000, 1_000)
    assert accuracy >= 0.85 - 0.03  # three standard errors of a thousand: 0.033
    assert accuracy == pytest.approx(recipe("cifar10")["held_out_accuracy"], abs=0.034)


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:9] + b"x" + b[10:]])
@pytest.mark.parametrize("name", SHIPPED)
def test_damaged_shipped_weights_are_refused_by_checksum(
    name, damage, tmp_path, monkeypatch
):
    content = (shipped.WEIGHTS / f"{name}.safetensors").read_bytes()
    (tmp_path / f"{name}.safetensors").write_bytes(damage(content))
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path)
    with pytest.raises(ValueError, match=f"{name}.safetensors' is damaged: its SHA"):
        features.load_extractor(name)


def test_truncated_weights_of_ones_own_are_refused(tmp_path):
    content = (shipped.WEIGHTS / "digits.safetensors").read_bytes()
    mine = tmp_path / "mine.safetensors"
    mine.write_bytes(content[:-100])
    with pytest.raises(ValueError, match=r"mine.safetensors' does not hold what is"):
        features.load_extractor("digits", weights=mine)
