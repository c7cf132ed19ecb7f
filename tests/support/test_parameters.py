"""Parameters as Papermill hands them over become what the notebook declares."""

import pytest

from lipgan.support.parameters import check


def checked(kind, value):
    names = {"__annotations__": {"given": kind}, "given": value}
    check(names)
    return names["given"]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (bool, "false", False),
        (bool, "true", True),
        (bool, False, False),
        (list, 3, [3]),
        (list, "[7]", [7]),
        (list, '["ns"]', ["ns"]),
        (list, ["ns"], ["ns"]),
        (float, "1e1", 10.0),
        (float, "1e-11", 1e-11),
        (float, 2, 2.0),
        (int, 1e5, 100_000),
        (str, "1e1", "1e1"),
        (str, "false", "false"),
    ],
)
def test_values_are_of_the_declared_type(kind, value, expected):
    got = checked(kind, value)
    assert got == expected
    assert type(got) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value", "line"),
    [
        (bool, "no", "got 'no' .str., expected bool: true or false"),
        (bool, 0, "got 0 .int., expected bool"),
        (float, "true", "got 'true' .str., expected float: a number"),
        (float, True, "got True .bool., expected float"),
        (int, 2.5, "got 2.5 .float., expected int: a whole number"),
        (list, "7,8", r"got '7,8' .str., expected list: as in JSON, \[0, 1\]"),
        (list, "true", "got 'true' .str., expected list"),
        (str, 2024, "got 2024 .int., expected str: text, for Papermill -r NAME"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(kind, value, line):
    with pytest.raises(TypeError, match=f"^parameter given: {line}") as caught:
        checked(kind, value)
    assert "\n" not in str(caught.value)
