"""The figure of time and memory."""

from drawings import drawn

from lipgan.claims.costs.figures import growth


def test_growth_shows_time_memory_and_the_limit():
    row = {"members": 1, "width": 8, "seconds": 2e-3, "step_bytes": 3e6}
    rows = [
        row | {"multiply_adds": 1e6},
        row | {"members": 7, "width": 16, "multiply_adds": 4e6},
    ]
    measured = {"products_per_second": 1e9, "members": rows, "widths": rows}
    figure = drawn(growth(measured))
    time, limit = figure.axes[0].lines
    assert list(time.get_ydata()) == [2, 2]
    assert list(limit.get_ydata()) == [1, 4]
    assert list(figure.axes[2].lines[0].get_ydata()) == [3, 3]
    assert list(figure.axes[1].lines[0].get_xdata()) == [8, 16]
