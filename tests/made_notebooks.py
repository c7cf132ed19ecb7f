"""Notebooks for tests of the runner."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PARAMETERS = (
    "scale: str = 'embedded'\nalpha: float = 1.0\nsteps: int = 5\nseeds: list = [0]"
)


def code(source, **metadata):
    return new_code_cell(source, metadata=metadata)


def notebook(*sources):
    """A source notebook: a parameters cell and the given code cells."""
    cells = [new_markdown_cell("# A page"), code(PARAMETERS, tags=["parameters"])]
    made = new_notebook(cells=[*cells, *(code(source) for source in sources)])
    made.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return made
