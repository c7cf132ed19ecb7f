"""The numbers of the interactive figures, in a real browser, against Python."""

import shutil

import pytest
import torch

from book import figure_data
from lipgan import data, metrics
from lipgan.claims import domains
from lipgan.gan.losses import LOSSES, scaled_term

pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs chromium on PATH"),
]

SCORES = [-30.0, -3.0, -1.0, -0.4, -1e-9, 0.0, 1e-12, 1e-5, 0.3, 1.0, 2.5, 30.0]
ALPHAS = [1e-25, 1e-10, 1e-3, 1.0, 7.0]
EVALUATE = """([name, term, alphas, scores]) => {
  const t = lipgan.LOSSES[name].terms[term];
  return alphas.map((a) => scores.map((f) => [lipgan.scaledValue(t, a, f),
    lipgan.scaledSlope(t, a, f), t.value(a * f)]));
}"""


def close(found, wanted, tolerance=1e-12):
    torch.testing.assert_close(
        torch.as_tensor(found, dtype=torch.float64),
        torch.as_tensor(wanted, dtype=torch.float64),
        rtol=tolerance,
        atol=1e-300,
    )


@pytest.mark.parametrize("name", list(LOSSES))
def test_losses_are_those_of_python(mathematics, name):
    assert mathematics.evaluate("Object.keys(lipgan.LOSSES)") == list(LOSSES)
    label = mathematics.evaluate("(n) => lipgan.LOSSES[n].label", name)
    assert label == LOSSES[name].label
    scores = torch.tensor(SCORES, dtype=torch.float64)
    for key, term in LOSSES[name].terms.items():
        found = mathematics.evaluate(EVALUATE, [name, key, ALPHAS, SCORES])
        for alpha, rows in zip(ALPHAS, found, strict=True):
            value, slope, plain = zip(*rows, strict=True)
            # torch's softplus is a straight line above 20, off by e^-20
            close(slope, term.slope(alpha * scores), 3e-9)
            close(plain, term(alpha * scores), 3e-9)
            close(value, scaled_term(term, alpha)(scores), 1e-11)


def test_a_wrong_loss_would_be_noticed(mathematics):
    found = mathematics.evaluate(EVALUATE, ["ns", "d_fake", [1.0], SCORES])[0]
    wanted = LOSSES["ns"].d_real.slope(torch.tensor(SCORES, dtype=torch.float64))
    with pytest.raises(AssertionError):
        close([row[1] for row in found], wanted)


@pytest.mark.parametrize("name", list(LOSSES))
@pytest.mark.parametrize("ends", [(-0.3, 0.2), (-2.0, 5.0), (11.0, 11.5)])
def test_measures_on_a_domain_are_those_of_python(mathematics, name, ends):
    low, high = torch.tensor(ends, dtype=torch.float64)[:, None]
    wanted = float(domains.slope_variation(LOSSES[name], low, high))
    script = "([n, a, b]) => lipgan.nonlinearity(lipgan.LOSSES[n], a, b)"
    close(mathematics.evaluate(script, [name, *ends]), wanted, 1e-9)
    for key, term in LOSSES[name].terms.items():
        script = """([n, key, b]) =>
          lipgan.tangentDistance(lipgan.LOSSES[n].terms[key], 0.1, b)"""
        found = mathematics.evaluate(script, [name, key, ends[1]])
        close(found, metrics.tangent_distance(term, 0.1, ends[1]), 1e-8)


def test_bound_and_median_are_those_of_python(mathematics):
    for k, inputs in ((0.2, 64), (50.0, 3 * 64 * 64)):
        found = mathematics.evaluate("(a) => lipgan.domainBound(...a)", [k, inputs])
        close(found, metrics.domain_bound(k, inputs))
    points = data.load("toy2d").x
    found = mathematics.evaluate("(p) => lipgan.geometricMedian(p)", points.tolist())
    close(found, metrics.geometric_median(points), 1e-6)


def test_domain_at_a_trained_k_is_the_record_and_the_verdict_is_computed(mathematics):
    found = mathematics.evaluate(
        """() => { const d = lipgan.data.domains;
        return Object.entries(d.cells).flatMap(([loss, cells]) => cells.map((c, i) => {
          const omega = lipgan.measuredOmega(d, loss, d.ks[i]);
          return [loss, c.omega, omega, omega && lipgan.judge(d, loss, 1, omega)];
        })) }"""
    )
    assert len(found) == 35
    for loss, recorded, omega, judged in found:
        assert (omega is None) == (recorded is None)
        if omega:
            close(omega, recorded, 1e-9)
            low, high = torch.tensor(omega, dtype=torch.float64)[:, None]
            bend = float(domains.slope_variation(LOSSES[loss], low, high))
            assert judged["bend"] == pytest.approx(bend, abs=1e-9)
            assert judged["zone"] == figure_data.zone(bend)


def test_domains_between_trained_k_lie_between(mathematics):
    widths = mathematics.evaluate(
        """() => [0.5, 0.6, 0.7, 0.9, 1].map((k) => {
        const [a, b] = lipgan.measuredOmega(lipgan.data.domains, "ns", k);
        return b - a })"""
    )
    assert widths == sorted(widths)
    assert len(set(widths)) == 5
