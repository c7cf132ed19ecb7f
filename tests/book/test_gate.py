"""What an executed notebook must satisfy to be published."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from book.gate import gate, normalize


def source(code="print(1)"):
    """A source notebook: a title, a parameters cell and one more cell."""
    parameters = new_code_cell("k = 1.0", metadata={"tags": ["parameters"]})
    cells = [new_markdown_cell("# A page"), parameters, new_code_cell(code)]
    return new_notebook(cells=cells)


GLUED = "application/papermill.record/"


def figure(prefix, **pictures):
    """What Jupyter keeps of a shown figure, or of a glued one."""
    data = {"text/plain": "<Figure size 700x430 with 5 Axes>", **pictures}
    return new_output("display_data", {prefix + kind: x for kind, x in data.items()})


def executed():
    """A notebook as Papermill leaves it after a good run."""
    made = source()
    made.cells.insert(
        2, new_code_cell("# Parameters", metadata={"tags": ["injected-parameters"]})
    )
    made.metadata["papermill"] = {
        "parameters": {"scale": "smoke"},
        "exception": None,
        "output_path": "/elsewhere/one.ipynb",
    }
    for number, cell in enumerate(made.cells):
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.metadata["papermill"] = {"status": "completed", "duration": 1.5}
    made.cells[-1].outputs = [new_output("stream", name="stdout", text="1\n")]
    return made


def test_gate_passes_a_good_run(tmp_path):
    assert gate(executed(), source(), [tmp_path]) == []


@pytest.mark.parametrize("prefix", ["", GLUED])
def test_gate_passes_figures_with_their_pictures(tmp_path, prefix):
    made = executed()
    made.cells[-1].outputs.append(figure(prefix, **{"image/svg+xml": "<svg/>"}))
    assert gate(made, source(), [tmp_path]) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda n: n.metadata["papermill"].update(exception=True), "exception"),
        (
            lambda n: n.cells[-1].outputs.append(
                new_output("error", ename="ValueError", evalue="k: got 0")
            ),
            "cell 3: ValueError: k: got 0",
        ),
        (lambda n: n.cells[-1].update(execution_count=None), "the end: cell 3"),
        (
            lambda n: n.cells[-1].metadata["papermill"].update(status="pending"),
            "the end: cell 3",
        ),
        (
            lambda n: n.cells[-1].outputs.append(
                new_output("stream", name="stderr", text="UserWarning: x")
            ),
            "cell 3: wrote to stderr: UserWarning: x",
        ),
        (
            lambda n: n.cells[-1].outputs.append(
                new_output("display_data", {"text/html": f"<b>{Path.home()}/x</b>"})
            ),
            "cell 3: shows the path",
        ),
        (lambda n: n.cells[-1].outputs.append(figure("")), "a figure has no picture"),
        (lambda n: n.cells[-1].outputs.append(figure(GLUED)), "has no picture"),
        (lambda n: n.cells[-1].update(source="print(2)"), "cells differ"),
        (lambda n: n.cells.pop(0), "cells differ"),
    ],
)
def test_gate_stops_a_bad_run(tmp_path, change, found):
    made = executed()
    change(made)
    problems = gate(made, source(), [tmp_path])
    assert len(problems) == 1
    assert found in problems[0]


def test_gate_finds_paths_as_whole_components_only(tmp_path):
    made = executed()
    output = new_output("stream", name="stdout", text=f"see {tmp_path}/runs")
    made.cells[-1].outputs = [output]
    assert "of this machine" in gate(made, source(), [tmp_path])[0]
    output.text = f"see https://example.org/x{tmp_path} and runs/a.json"
    assert gate(made, source(), [tmp_path]) == []


@pytest.mark.parametrize("home", [None, ""])
def test_a_user_without_a_home_may_build(home, tmp_path, monkeypatch):
    def unknown(_):
        raise KeyError("no such user")

    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.delenv("HOME")
    if home is not None:
        monkeypatch.setenv("HOME", home)
    made = executed()
    output = new_output("stream", name="stdout", text="~ and . and ~/x are no homes")
    made.cells[-1].outputs = [output]
    assert gate(made, source(), [tmp_path]) == []
    output.text = f"{tmp_path}/x"
    assert "of this machine" in gate(made, source(), [tmp_path])[0]


def test_normalized_notebooks_hold_no_times_and_no_paths():
    made = normalize(executed())
    text = nbformat.writes(made)
    assert made.metadata["papermill"] == {"parameters": {"scale": "smoke"}}
    assert "duration" not in text
    assert "/elsewhere" not in text
    assert [cell.id for cell in normalize(executed()).cells][2] == made.cells[2].id
