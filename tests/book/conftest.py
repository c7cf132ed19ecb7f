"""One browser for the tests of a file."""

import pytest
import site_survey


@pytest.fixture(scope="module")
def browser():
    pytest.importorskip("playwright", reason="needs playwright")
    with site_survey.chromium() as chromium:
        yield chromium
