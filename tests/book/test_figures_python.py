"""What the build writes for the interactive figures."""

import json
import math
import shlex
from pathlib import Path

import pytest

from book import figure_data, figure_plane, figure_table3
from lipgan import experiments
from lipgan.__main__ import main
from lipgan.claims import CLAIMS, domains, measures, page
from lipgan.claims.judge import Verdict
from lipgan.claims.published import TABLE3
from lipgan.config import Config
from lipgan.runs import RunStore
from lipgan.runs.evidence import open_records
from lipgan.sweep import load_known

ROOT = Path(__file__).resolve().parents[2]
EVIDENCE = open_records(ROOT / "book" / "data")
LARGEST_SCRIPT = 40_000  # bytes, per figure with nothing left out
LARGEST_DATA = 1_000_000


@pytest.fixture(scope="module")
def table3():
    return figure_table3.table3_data(EVIDENCE)


def test_every_script_is_small_and_loads_nothing():
    scripts = sorted((ROOT / "book" / "_static").rglob("*.js"))
    assert {"lipgan.js", "losses.js", "toy.js"} <= {path.name for path in scripts}
    for path in scripts:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert len(text) < LARGEST_SCRIPT, path.name
        for word in ("http:", "https:", "fetch(", "XMLHttpRequest", "import("):
            assert word not in text, f"{path.name} has {word}"


def test_scoreboard_counts_verdicts():
    words = ["reproduced", "partly", "reproduced", "not reproduced"]
    paper = [name for name, claim in CLAIMS.items() if claim.of_paper]
    other = next(name for name, claim in CLAIMS.items() if not claim.of_paper)
    verdicts = {n: Verdict(w, ()) for n, w in zip(paper, words, strict=False)}
    board = figure_data.scoreboard(verdicts | {other: Verdict("partly", ())})
    first, beyond = board.split("1 claims beyond the paper:")
    assert "4 claims of the paper:" in first
    assert f"<b>2</b> {page.badge('reproduced')}" in first
    assert f"<b>1</b> {page.badge('not reproduced')}" in first
    assert beyond.count("<li>") == 1


@pytest.mark.parametrize(
    ("bend", "zone"),
    [
        (0.0, "straight"),
        (0.5, "straight"),
        (0.51, "between"),
        (0.95, "bent"),
        (2.0, "bent"),
        (None, "no domain"),
    ],
)
def test_zones_follow_the_stated_thresholds(bend, zone):
    assert figure_data.zone(bend) == zone


def test_medians_count_a_lost_domain_as_the_worst():
    nan = math.nan
    assert figure_data._median([3.0, nan, 1.0, 2.0, 5.0]) == 3.0
    assert figure_data._median([nan, nan, 1.0]) is None


def test_domains_are_those_of_the_records():
    runs = load_known(experiments.table3(seeds=[0, 1], ks=[1.0, 5.0, 50.0]), EVIDENCE)
    data = figure_data.domains_data(runs, [])
    assert (data["inputs"], data["layers"], data["seeds"]) == (64, 3, 2)
    cell = data["cells"]["wgan"][data["ks"].index(5.0)]
    own = [r for r in runs if (r.config.loss, r.config.lipschitz_k) == ("wgan", 5.0)]
    wanted = sorted(run.metrics["domain_width"] for run in own)
    assert cell["widths"] == pytest.approx(wanted, rel=1e-3)
    assert data["cells"]["exp"][-1]["omega"] is None  # every seed diverged
    assert sum(row["cells"] for row in data["counts"].values()) == 15


def test_counts_tell_broken_from_worse():
    runs = load_known(experiments.table3(ks=[1.0, 50.0]), EVIDENCE)
    found = figure_data._counts(runs, runs)
    constant = measures.constant_distance(runs)
    medians = measures.cell_medians(runs)
    bends = {
        (r.config.loss, r.config.lipschitz_k): domains.nonlinearity(r) for r in runs
    }
    bent = [c for c, bend in bends.items() if bend >= figure_data.BENT]
    broken = [c for c in bent if measures.is_broken(medians[c], constant)]
    assert found["bent"]["cells"] == len(bent)
    assert found["bent"]["broken"] == len(broken)
    assert found["no domain"]["broken"] == found["no domain"]["cells"] > 0


def test_table3_shows_the_records_and_the_paper(table3):
    (digits,) = [one for one in table3["ours"] if one["config"]["dataset"] == "digits"]
    runs = load_known(experiments.table3(seeds=range(5)), EVIDENCE)
    medians = measures.cell_medians(runs)
    for (loss, k), wanted in medians.items():
        cell = digits["cells"][f"{loss} {k:g}"]
        assert len(cell["runs"]) == 5
        if math.isfinite(wanted):
            assert cell["median"] == pytest.approx(wanted, rel=1e-3)
        else:
            assert cell["median"] is None
    for column, data in zip(TABLE3.values(), table3["paper"], strict=True):
        assert list(data["cells"].values()) == list(column.values())
    assert len(json.dumps(table3)) < LARGEST_DATA


def test_seeds_that_lack_cells_are_left_out_of_table3(made_run):
    runs = [made_run(config) for config in experiments.table3(seeds=[0, 1, 2])]
    (group,) = figure_table3.table3_groups(runs[:-1])
    assert {run.config.seed for run in group} == {0, 1}
    assert len(group) == 70
    assert figure_table3.table3_groups(runs[:34]) == []


def test_commands_train_the_very_run(table3, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "lipgan.cli.training._run_all", lambda c, _: asked.append(c) or 0
    )
    cells = table3["ours"][0]["cells"]
    for name in ("ns 1", "cos 5", "exp 0.25"):
        run = cells[name]["runs"][-1]
        assert main(run["command"].split()[3:]) == 0
        assert asked[-1][0].config_id == run["id"]


def test_commands_name_every_unusual_setting():
    config = Config(num_steps=100, lr_d=1e-3, dataset="mnist", scale="paper", seed=3)
    command = figure_table3.train_command(config)
    assert "--num-steps 100" in command
    assert "--lr-d 0.001" in command
    assert "--width" not in command


def test_incomplete_records_are_refused(tmp_path):
    empty = RunStore(tmp_path / "empty")
    with pytest.raises(figure_data.FigureDataError, match="no complete records"):
        figure_data.write_figures(empty, empty, {}, tmp_path / "out")


def test_install_works_without_data(tmp_path):
    source = ROOT / "book" / "_static" / "figures"
    figure_data.install(source, tmp_path / "missing", tmp_path / "site")
    made = {path.name for path in (tmp_path / "site/_static/figures").iterdir()}
    assert made == {path.name for path in source.iterdir()}


def test_plane_has_every_cell_with_the_run_that_its_command_trains():
    runs = load_known(experiments.plane(seeds=[0, 1]), EVIDENCE)
    data = figure_plane.plane_data(runs)
    cells = data["cells"]
    assert len(cells) == 4 * len(data["ks"]) * len(data["knobs"])
    for knob, _ in data["knobs"]:
        cell = cells[f"cos 20 {knob}"]
        options = shlex.split(cell["command"])[4:]
        fields = dict(zip(options[::2], options[1::2], strict=True))
        found = {name[2:].replace("-", "_"): text for name, text in fields.items()}
        assert found.pop("store") == "runs"
        config = Config(**_typed(found))
        assert config.config_id == cell["runs"][0]["id"]
    lost = cells["exp 50 1e+06"]
    assert lost["median"] is None
    assert not lost["runs"][0]["samples"]


def _typed(texts):
    plain = Config(dataset="digits", scale="embedded").to_dict()
    return {name: type(plain[name])(text) for name, text in texts.items()}
