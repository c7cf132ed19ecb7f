"""Feature extractors: the shipped classifiers, and Inception on random weights."""

import hashlib
import os
from unittest import mock

import pytest
import torch
from safetensors import safe_open

from lipgan import data, features, metrics
from lipgan.features import __main__, inception, shipped
from lipgan.features.classifiers import small


@pytest.fixture(scope="module")
def digits() -> data.Dataset:
    return data.load("digits")


@pytest.fixture(scope="module")
def extractor() -> features.Extractor:
    return features.load_extractor("digits")


def test_shipped_digit_classifier_knows_the_digits_it_never_saw(digits, extractor):
    _, held_out = small.split_indices(len(digits))
    predicted = extractor.classify(digits.x[held_out])
    accuracy = (predicted == digits.labels[held_out]).float().mean().item()
    assert len(held_out) == 359
    assert accuracy >= 0.97
    with safe_open(shipped.WEIGHTS / "digits.safetensors", "pt") as file:
        assert '"held_out_accuracy": 0.9972' in file.metadata()["recipe"]
    assert accuracy == pytest.approx(0.9972, abs=0.003)


def test_split_is_a_partition():
    train, held_out = small.split_indices(1797)
    assert sorted(torch.cat([train, held_out]).tolist()) == list(range(1797))


def test_features_are_float32_rows_and_need_no_gradient(digits, extractor):
    found = extractor.features(digits.x[:5])
    assert found.shape == (5, 64)
    assert found.dtype == torch.float32
    assert not found.requires_grad
    assert extractor.classify(digits.x[:5]).dtype == torch.int64


def test_chunks_do_not_change_features(digits, monkeypatch):
    whole = features.load_extractor("digits")
    expected = whole.features(digits.x[:50])
    monkeypatch.setattr(whole, "chunk", 7)
    found = whole.features(digits.x[:50])
    torch.testing.assert_close(found, expected)
    assert not torch.equal(found, expected.flip(0))


def test_real_halves_are_near_and_a_black_image_is_far(digits, extractor):
    found = extractor.features(digits.x)
    order = torch.randperm(len(digits), generator=torch.Generator().manual_seed(0))
    halves = metrics.frechet_distance(found[order[:898]], found[order[898:]])
    black = extractor.features(features.constant_image(digits.shape))
    far = metrics.constant_distance(found, black)
    assert far > 50 * halves
    one_class = metrics.frechet_distance(found[digits.labels == 3], found)
    assert halves * 20 < one_class < far


@pytest.mark.parametrize(
    "images",
    [
        torch.zeros(3, 1, 8, 8),
        torch.zeros(3, 1, 28, 28, dtype=torch.uint8),
        torch.zeros(3, 3, 8, 8, dtype=torch.uint8),
        torch.zeros(0, 1, 8, 8, dtype=torch.uint8),
        torch.zeros(8, 8, dtype=torch.uint8),
    ],
)
def test_unfit_images_are_refused(extractor, images):
    with pytest.raises(
        ValueError, match=r"need torch.uint8 \(N, 1, 8, 8\), N at least"
    ):
        extractor.features(images)


def test_truncated_and_foreign_weights_are_refused(tmp_path, monkeypatch):
    whole = (shipped.WEIGHTS / "digits.safetensors").read_bytes()
    short = tmp_path / "digits.safetensors"
    short.write_bytes(whole[:-100])
    with pytest.raises(ValueError, match="does not hold what is needed"):
        features.load_extractor("digits", weights=short)
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path)
    with pytest.raises(ValueError, match="is damaged: its SHA-256 starts with"):
        features.load_extractor("digits")
    short.unlink()
    with pytest.raises(FileNotFoundError, match="'digits' has no file"):
        features.load_extractor("digits")
    short.write_bytes(whole)
    assert features.load_extractor("digits").name == "digits"


def test_unknown_names_and_files_are_refused(tmp_path):
    with pytest.raises(
        ValueError, match="'vgg' is not one of digits, mnist, cifar10, pixels, inc"
    ):
        features.load_extractor("vgg")
    with pytest.raises(FileNotFoundError, match="weights: there is no file"):
        features.load_extractor("digits", weights=tmp_path / "none")
    with pytest.raises(ValueError, match="'inception' is not one of digits"):
        __main__.train_and_save("inception")
    with pytest.raises(ValueError, match="value: 256 is not within 0 to 255"):
        features.constant_image((1, 8, 8), 256)


def test_constant_image_has_one_value():
    image = features.constant_image((3, 4, 4), 7)
    assert image.shape == (1, 3, 4, 4)
    assert image.unique().tolist() == [7]


def test_fitting_is_deterministic_and_learns(digits):
    spec = features.FEATURES["digits"]
    networks = [spec.build(), spec.build()]
    scores = [
        small.fit_classifier(digits, network, steps=60, seed=1) for network in networks
    ]
    assert scores[0] == scores[1] > 0.7
    for first, second in zip(*(n.parameters() for n in networks), strict=True):
        torch.testing.assert_close(first, second)
    other = spec.build()
    small.fit_classifier(digits, other, steps=1, seed=2)
    assert not torch.equal(other.head.weight, networks[0].head.weight)
    unlabeled = data.Dataset("bare", digits.x, None, 0)
    with pytest.raises(ValueError, match="'bare' has no labels"):
        small.fit_classifier(unlabeled, other, steps=1, seed=0)


def test_training_writes_a_file_that_loads(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path)
    quick = shipped.ClassifierFeatures("digits", 8, 1, 10, "", steps=2)
    monkeypatch.setitem(features.FEATURES, "digits", quick)
    threads = torch.get_num_threads()
    __main__.train_and_save("digits")
    torch.set_num_threads(threads)
    written = (tmp_path / "digits.safetensors").read_bytes()
    assert hashlib.sha256(written).hexdigest() in capsys.readouterr().out
    assert len(written) < 1_000_000
    assert features.load_extractor("digits").name == "digits"


@pytest.mark.parametrize(("name", "width"), [("mnist", 64), ("cifar10", 128)])
def test_pooled_extractors_give_features_classes_and_probabilities(name, width):
    found = features.load_extractor(name)
    shape = (300, found.channels[0], 32, 32)
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)
    rows, shares = found.features(images), found.probabilities(images)
    assert rows.shape == (300, width)
    assert rows.dtype == shares.dtype == torch.float32
    assert not rows.requires_grad
    assert found.num_classes == shares.shape[1] == 10
    assert shares.min() >= 0
    torch.testing.assert_close(shares.sum(1), torch.ones(300))
    torch.testing.assert_close(shares, found.head(rows).softmax(1))
    assert torch.equal(found.classify(images), shares.argmax(1))
    wrong = images[:, :1] if shape[1] == 3 else images.expand(-1, 3, -1, -1)
    for unfit in (images[..., :28, :28], wrong, images.float()):
        with pytest.raises(ValueError, match=rf"need torch.uint8 \(N, {shape[1]}, 32"):
            found.features(unfit)


def test_extractors_without_classes_have_no_probabilities():
    found = features.load_extractor("pixels")
    images = torch.zeros(2, 3, 32, 32, dtype=torch.uint8)
    assert found.features(images).shape == (2, 192)
    with pytest.raises(ValueError, match="'pixels' has no classes"):
        found.probabilities(images)


def test_inception_features_match_pytorch_fid(inception_file):
    from pytorch_fid import inception as reference

    found = features.load_extractor("inception", weights=inception_file)
    images = torch.randint(0, 256, (2, 3, 16, 16), dtype=torch.uint8)
    images[1] = images[1, :1]  # gray
    rows = found.features(images)
    state = torch.load(inception_file, weights_only=True)
    with mock.patch.object(reference, "load_state_dict_from_url", return_value=state):
        network = reference.InceptionV3([3]).eval()
    with torch.no_grad():
        expected = network(images / 255)[0][:, :, 0, 0]
    assert rows.shape == (2, 2048)
    assert expected.std(0).max() > 0  # random weights still tell images apart
    torch.testing.assert_close(rows, expected)
    torch.testing.assert_close(found.features(images[1:, :1]), rows[1:])
    with pytest.raises(ValueError, match="'inception' has no classes"):
        found.classify(images)
    with pytest.raises(ValueError, match=r"\(N, 1, H, H\) or \(N, 3, H, H\)"):
        found.features(images[:, :2])


def test_inception_weights_are_sought_and_checked(
    inception_file, tmp_path, monkeypatch
):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="--inception-weights FILE"):
        features.load_extractor("inception")
    place = tmp_path / "hub" / "checkpoints" / inception.INCEPTION_FILE
    place.parent.mkdir(parents=True)
    os.link(inception_file, place)
    with pytest.raises(ValueError, match="starts with [0-9a-f]{8}, not 6726825d"):
        features.load_extractor("inception")
    digest = hashlib.sha256(inception_file.read_bytes()).hexdigest()
    honest = tmp_path / f"weights-{digest[:8]}.pth"
    os.link(inception_file, honest)
    assert features.load_extractor("inception", weights=honest).name == "inception"
    foreign = tmp_path / "foreign.pth"
    torch.save({"fc.weight": torch.zeros(1)}, foreign)
    with pytest.raises(ValueError, match="does not hold what is needed"):
        features.load_extractor("inception", weights=foreign)
