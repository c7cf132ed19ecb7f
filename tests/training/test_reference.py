"""The real side of the metrics: names, at most so many pairs, and its file."""

import math
from dataclasses import fields, replace

import pytest
import torch

from lipgan import features, metrics
from lipgan.data import Dataset
from lipgan.features import Extractor
from lipgan.training import evaluate, reference
from lipgan.training.reference import KEPT, even_indices, make_reference

LIMIT = 1000  # instead of 10,000, to be fast


def images(count: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    shape = (count, 1, 8, 8)
    return torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The cache's folder, not there yet; sets of more than LIMIT images are large."""
    monkeypatch.setattr(reference, "MOST_COMPARED", LIMIT)
    monkeypatch.setenv("LIPGAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def pixels():
    return features.load_extractor("pixels")


@pytest.fixture
def large():
    return Dataset("large", images(2 * LIMIT + 100), None, 0)


def same(first, second) -> bool:
    return all(
        torch.equal(getattr(first, name), getattr(second, name)) for name in KEPT
    )


def forbidden(*_):
    raise AssertionError("computed, but it is in the cache")


def test_small_sets_keep_names_and_values(folder, pixels):
    real, fake = images(LIMIT), images(64, seed=1)
    found = evaluate.image_metrics(
        fake, make_reference(Dataset("small", real, None, 0), pixels)
    )
    a, b = pixels.features(fake), pixels.features(real)
    black = pixels.features(torch.zeros(1, 1, 8, 8, dtype=torch.uint8))
    density, coverage = metrics.density_coverage(b, a)
    precision, recall = metrics.precision_recall(b, a)
    assert found == {
        "fd_pixels_64": float(metrics.frechet_distance(a, b)),
        "kid_pixels_64": float(
            metrics.kernel_distance(a, b, mean_b=metrics.kernel_mean(b))
        ),
        "density_pixels_64": float(density),
        "coverage_pixels_64": float(coverage),
        "precision_pixels_64": float(precision),
        "recall_pixels_64": float(recall),
        "pixel_variance_64": float(
            fake.float().var(0).mean() / real.float().var(0).mean()
        ),
        "fd_pixels_constant": float(metrics.constant_distance(b, black)),
    }
    assert not folder.exists()


def test_large_sets_are_compared_in_part_and_say_so(folder, pixels, large):
    fake = images(64, seed=1)
    found = evaluate.image_metrics(fake, make_reference(large, pixels))
    a, whole = pixels.features(fake), pixels.features(large.x)
    part = pixels.features(large.x[even_indices(len(large), LIMIT)])
    density, coverage = metrics.density_coverage(part, a)
    # the distance of means and covariances keeps all images, and its name
    assert found.pop("fd_pixels_64") == pytest.approx(
        float(metrics.frechet_distance(a, whole)), rel=1e-9
    )
    assert found["kid_pixels_64_1k"] == pytest.approx(
        float(metrics.kernel_distance(a, part)), rel=1e-9
    )
    assert found["density_pixels_64_1k"] == float(density)
    assert found["coverage_pixels_64_1k"] == float(coverage)
    precision, recall = metrics.precision_recall(part, a)
    assert found["precision_pixels_64_1k"] == float(precision)
    assert found["recall_pixels_64_1k"] == float(recall)
    assert set(found) == {
        *("kid_pixels_64_1k", "density_pixels_64_1k", "coverage_pixels_64_1k"),
        *("precision_pixels_64_1k", "recall_pixels_64_1k"),
        *("pixel_variance_64", "fd_pixels_constant"),
    }
    assert found["fd_pixels_constant"] > 0


def test_readers_know_both_kinds_of_names(made_run, tiny):
    from lipgan.claims.measures import failure, metric

    for end in ("2k", "2k_10k"):
        numbers = {f"{k}_mnist_{end}": 0.7 for k in ("kid", "density", "coverage")}
        numbers |= {"class_coverage_mnist_2k": 9.0, "fd_mnist_2k": 4.0}
        run = made_run(tiny(), numbers)
        assert [metric(run, k) for k in ("kid", "density", "coverage")] == [0.7] * 3
        assert failure(run) == "none"


@pytest.mark.parametrize("count", [64, 65, 40])
def test_distance_to_moments_is_that_to_the_set(count):
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(count, 64, generator=generator)
    b = torch.randn(500, 64, generator=generator) + 0.3
    found = metrics.frechet_distance_to_moments(a, *metrics.moments(b))
    torch.testing.assert_close(
        found, metrics.frechet_distance(a, b), rtol=1e-12, atol=0
    )
    with pytest.raises(ValueError, match="does not fit means of lengths"):
        metrics.frechet_distance_to_moments(a[:, :9], *metrics.moments(b))


@pytest.mark.parametrize(("at_once", "calls"), [(1, 5), (2 * 64 * 64, 3), (10**9, 1)])
@pytest.mark.parametrize("size", [LIMIT, LIMIT + 100])
def test_members_are_decomposed_together(
    folder, pixels, monkeypatch, size, at_once, calls
):
    real = make_reference(Dataset("real", images(size), None, 0), pixels)
    fake = torch.stack([images(64, seed) for seed in range(1, 6)])
    alone = [evaluate.image_metrics(own, real) for own in fake]
    monkeypatch.setattr(reference, "AT_ONCE", at_once)
    made, usual = [], torch.linalg.eigvalsh
    monkeypatch.setattr(
        torch.linalg, "eigvalsh", lambda m: made.append(len(m)) or usual(m)
    )
    together = evaluate.metrics_of_all(fake, real)
    assert len(made) == calls
    assert sum(made) == len(fake)
    for one, other in zip(alone, together, strict=True):
        assert other == pytest.approx(one, rel=1e-9)


def test_cached_equals_computed(folder, pixels, large, monkeypatch):
    computed = make_reference(large, pixels)
    (file,) = folder.iterdir()
    assert file.suffix == ".safetensors"
    monkeypatch.setattr(reference, "_computed", forbidden)
    cached = make_reference(replace(large, name="another"), pixels)
    assert same(computed, cached)
    names = {f.name for f in fields(cached)}
    assert names == {"extractor", "images", *KEPT}
    fake = images(64, seed=1)
    assert evaluate.image_metrics(fake, cached) == evaluate.image_metrics(
        fake, computed
    )


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "foreign", "folder"])
def test_a_damaged_or_foreign_file_is_computed_anew(harm, folder, pixels, large):
    good = make_reference(large, pixels)
    (file,) = folder.iterdir()
    content = file.read_bytes()
    if harm == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif harm == "flip":
        place = len(content) - 100
        changed = bytes([content[place] ^ 1])
        file.write_bytes(content[:place] + changed + content[place + 1 :])
    elif harm == "empty":
        file.write_bytes(b"")
    elif harm == "foreign":
        make_reference(replace(large, x=large.x.flip(0)), pixels)
        (other,) = set(folder.iterdir()) - {file}
        other.replace(file)
    else:
        file.unlink()
        file.mkdir()
    assert same(make_reference(large, pixels), good)
    if harm != "folder":
        assert file.read_bytes() == content  # mended
    assert not list(folder.glob(".*"))


def test_other_weights_or_limits_are_another_reference(folder, large, monkeypatch):
    def scaled(factor: float) -> Extractor:
        network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 8))
        torch.nn.init.constant_(network[1].weight, factor)
        network[1].weight.data[:, :8] += torch.eye(8)
        torch.nn.init.zeros_(network[1].bias)
        return Extractor("pixels", network, channels=(1,))

    one, two = make_reference(large, scaled(0.5)), make_reference(large, scaled(0.6))
    assert not same(one, two)
    assert len(list(folder.iterdir())) == 2
    monkeypatch.setattr(reference, "MOST_COMPARED", LIMIT // 2)
    assert len(make_reference(large, scaled(0.5)).compared) == LIMIT // 2
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("place", ["a file", "no home"])
def test_an_unwritable_cache_costs_time_only(place, folder, pixels, large, monkeypatch):
    good = make_reference(large, pixels)
    if place == "a file":
        blocked = folder.parent / "file"
        blocked.write_text("")
        monkeypatch.setenv("LIPGAN_CACHE", str(blocked / "below"))
    else:

        def homeless():
            raise RuntimeError("no home")

        monkeypatch.delenv("LIPGAN_CACHE")
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setattr(reference.Path, "home", homeless)
    assert same(make_reference(large, pixels), good)


def test_where_the_cache_lies(monkeypatch, tmp_path):
    monkeypatch.delenv("LIPGAN_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert reference.cache_folder() == tmp_path / "xdg" / "lipgan" / "references"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(reference.Path, "home", lambda: tmp_path)
    assert reference.cache_folder() == tmp_path / ".cache" / "lipgan" / "references"
    monkeypatch.setenv("LIPGAN_CACHE", str(tmp_path / "stated"))
    assert reference.cache_folder() == tmp_path / "stated"


def test_digest_is_of_the_pixels_alone(large):
    assert len(large.digest) == 16
    assert int(large.digest, 16) >= 0
    same_pixels = Dataset("folder:/elsewhere", large.x.clone(), large.x[:, 0, 0, 0], 9)
    assert same_pixels.digest == large.digest == large.to("cpu").digest
    turned = large.x.transpose(2, 3).contiguous().transpose(2, 3)  # another layout
    assert replace(large, x=turned).digest == large.digest
    changed = large.x.clone()
    changed[7, 0, 3, 3] += 1
    assert replace(large, x=changed).digest != large.digest
    reshaped = large.x.view(-1, 1, 4, 16)
    assert replace(large, x=reshaped).digest != large.digest
    assert replace(large, x=large.x.view(torch.int8)).digest != large.digest


def test_digest_of_the_same_data_is_found_once(large, monkeypatch):
    found = large.digest
    monkeypatch.setattr("hashlib.blake2b", forbidden)
    assert large.digest == found


def test_metrics_of_a_large_set_are_finite_after_training(folder, tiny, monkeypatch):
    from lipgan.training import train

    monkeypatch.setattr(reference, "MOST_COMPARED", 100)
    runs = [train([tiny()], device="cpu")[0] for _ in range(2)]
    assert runs[0].metrics == runs[1].metrics
    assert math.isfinite(runs[0].metrics["kid_digits_64_100"])
    assert math.isfinite(runs[0].metrics["neural_divergence_2_100"])  # two steps
    assert len(list(folder.iterdir())) == 1


def test_the_images_compared_are_those_behind_the_features(folder, pixels, large):
    made = make_reference(large, pixels)
    assert torch.equal(pixels.features(made.compared_images), made.compared)
    assert made.real_count == LIMIT
    small = make_reference(Dataset("small", images(64), None, 0), pixels)
    assert small.compared_images is small.images
    assert small.real_count == 0
