"""Figures of Theorem 1."""

from drawings import drawn

from lipgan.claims.bound.figures import bound_of_the_domain


def test_bound_of_the_domain_shows_measured_widths_below_the_bound(table3_runs):
    figure = drawn(bound_of_the_domain(table3_runs, ["ns", "wgan"]))
    assert [ax.get_title() for ax in figure.axes] == ["NS", "WGAN"]
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    bound = lines["2√d ∏ exact layer norms"].get_ydata()
    assert (lines["measured width of Ω"].get_ydata() <= bound).all()
