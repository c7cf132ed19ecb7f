"""A metric's name says its protocol, and what is read off it is what it was made of."""

import csv
from pathlib import Path

import pytest

from lipgan.metrics import MetricName
from lipgan.runs.table import OWN_COLUMNS

EVIDENCE = Path(__file__).resolve().parents[2] / "book" / "data"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("fd_digits_2k", MetricName("fd", "digits", 2000)),
        ("fid_inception_10k", MetricName.distance("inception", 10_000)),
        ("fd_cifar10_constant", MetricName.distance("cifar10", constant=True)),
        ("kid_mnist_2k_10k", MetricName("kid", "mnist", 2000, 10_000)),
        ("class_coverage_digits_64", MetricName("class_coverage", "digits", 64)),
        ("coverage_pixels_1500", MetricName("coverage", "pixels", 1500)),
        ("precision_mnist_2k_10k", MetricName("precision", "mnist", 2000, 10_000)),
        ("recall_digits_2k", MetricName("recall", "digits", 2000)),
        ("neural_divergence_250", MetricName("neural_divergence", samples=250)),
        (
            "neural_divergence_100_10k",
            MetricName("neural_divergence", samples=100, real=10_000),
        ),
        ("w1_4", MetricName("w1", samples=4)),
        ("lipschitz_layers", MetricName("lipschitz_layers")),
    ],
)
def test_names_are_read_and_written(text, name):
    assert MetricName.parse(text) == name
    assert str(name) == text


def test_every_published_name_is_read_and_written():
    columns = set()
    for path in EVIDENCE.glob("*/*/runs.csv"):
        with path.open() as file:
            columns |= set(next(csv.reader(file)))
    assert len(columns) > 20
    assert {str(MetricName.parse(name)) for name in columns} == columns
    families = {MetricName.parse(name).family for name in columns - set(OWN_COLUMNS)}
    assert families >= {"fd", "is", "kid", "density", "coverage", "class_coverage"}
    assert not any(part.isdigit() for name in families for part in name.split("_"))


def test_only_the_distance_of_samples_is_the_distance():
    names = ["fd_digits_2k", "fid_inception_10k", "fd_digits_constant", "kid_digits_2k"]
    found = [name for name in names if MetricName.parse(name).is_distance]
    assert found == names[:2]
