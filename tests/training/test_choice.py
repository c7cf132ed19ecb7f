"""How a cohort is computed is measured where that pays, and changes no result."""

import pytest
import torch
from torch.testing import assert_close

from lipgan.engine.lifting import LAYOUTS
from lipgan.support.torch_state import usual_torch
from lipgan.training import Training, choice, load_data, train
from lipgan.training.checkpoints import Checkpoints
from lipgan.training.choice import Choice, choices, told
from lipgan.training.stopping import Stopped


@pytest.fixture
def measured(monkeypatch):
    """Call it with seconds per layout to have them 'measured' on this machine."""

    def let(**seconds):
        took = iter([x for s in seconds.values() for x in (0.0, s)])
        monkeypatch.setattr(choice, "WARM_UP", 2)
        monkeypatch.setattr(choice, "TIMED", 1)
        monkeypatch.setattr(choice, "is_worth_measuring", lambda device: True)
        monkeypatch.setattr(choice, "clock", lambda device: next(took))

    return let


@pytest.fixture(autouse=True)
def _not_judged(monkeypatch):
    def finish(training):
        return [{} for _ in training.configs], [None for _ in training.configs]

    monkeypatch.setattr(Training, "_finish", finish)


def members(tiny, **fields):
    fields = {"dataset": "digits", "num_steps": 6, "history_points": 6} | fields
    return [tiny(loss=loss, seed=i, **fields) for i, loss in enumerate(("ns", "exp"))]


def whole(configs, layout=None):
    """Runs of a whole training, not judged, with or without a layout set by hand."""
    training = Training(configs, load_data(configs[0]))
    if layout:
        training.cohort.lay_out(layout)
    return training.run()


@pytest.mark.parametrize(
    ("layout", "regularizer"),
    [("rows", "maxgp_memory"), ("grouped", "sn"), ("single", "maxgp_memory")],
)
def test_measuring_leaves_no_trace_in_results(layout, regularizer, measured, tiny):
    configs = members(tiny, regularizer=regularizer, pinned_width=1.5)
    alone = whole(configs, layout)
    measured(**{name: 1.0 + (name != layout) for name in LAYOUTS})
    for mine, other in zip(whole(configs), alone, strict=True):
        assert mine.history == other.history
        assert (mine.provenance["layout"], mine.provenance["tf32"]) == (layout, False)
        assert "layout" not in other.provenance


def assert_alike(run, other, **tolerance):
    for name, values in run.history.items():
        found, expected = torch.tensor(other.history[name]), torch.tensor(values)
        assert_close(found, expected, equal_nan=True, **tolerance)


def test_a_layout_changes_rounding_alone(tiny):
    runs = [whole(members(tiny), layout) for layout in LAYOUTS]
    for others in runs[1:]:
        for mine, other in zip(runs[0], others, strict=True):
            for name, values in mine.history.items():
                found, expected = (
                    torch.tensor(other.history[name]),
                    torch.tensor(values),
                )
                assert_close(found, expected, rtol=1e-3, atol=1e-5)
    assert runs[0][0].history != runs[2][0].history  # it was another computation


def test_the_choice_is_said_in_one_line(measured, tiny):
    measured(rows=0.06, grouped=0.03, single=0.6)
    said = []
    configs = members(tiny)
    Training(configs, load_data(configs[0]), progress=said.append).run()
    line = "layout grouped 30 ms per step (others: rows 60, single 600)"
    assert said.count(line) == 1


def test_a_resumed_cohort_keeps_its_choice(measured, tiny, tmp_path, monkeypatch):
    configs = members(tiny)
    kept = Checkpoints(tmp_path, every=0.0)
    measured(rows=3.0, grouped=1.0, single=2.0)
    whole_run = Training(configs, load_data(configs[0])).run()
    first = Training(configs, load_data(configs[0]))
    measured(rows=3.0, grouped=1.0, single=2.0)
    advance = first._advance

    def until_the_third(measure):
        if first.done == 3:
            raise Stopped("enough")
        advance(measure)

    monkeypatch.setattr(first, "_advance", until_the_third)
    with pytest.raises(Stopped):
        first.run(kept)
    measured()  # asked for the time, it would fail
    runs = Training(configs, load_data(configs[0])).run(kept)
    for mine, other in zip(runs, whole_run, strict=True):
        assert mine.provenance["layout"] == "grouped"
        assert mine.history == other.history


def test_a_layout_that_needs_too_much_memory_is_left_alone(measured, tiny, monkeypatch):
    configs = members(tiny)
    training = Training(configs, load_data(configs[0]))
    monkeypatch.setattr(choice, "is_worth_measuring", lambda device: True)
    step = training.step

    def greedy(number, measure=True):
        if training.cohort.networks[0].layout != "single":
            raise torch.OutOfMemoryError
        return step(number, measure)

    training.steps.step = greedy
    training.steps.choose()
    assert training.steps.choice == Choice("single")
    training.steps.choice, training.steps.step = None, lambda *a, **k: 1 / 0
    with pytest.raises(ZeroDivisionError):
        training.steps.choose()


def test_nothing_is_measured_on_a_cpu(tiny, monkeypatch):
    monkeypatch.setattr(choice, "clock", None)
    (run,) = train([tiny(dataset="toy2d")], device="cpu", tf32=True)
    assert "tf32" not in run.provenance


def test_where_there_is_one_way_nothing_is_measured(tiny, monkeypatch):
    monkeypatch.setattr(choice, "is_worth_measuring", lambda device: True)
    monkeypatch.setattr(choice, "clock", None)
    (run,) = train([tiny(dataset="toy2d")], device="cpu")
    assert run.provenance["layout"] == "rows"


def test_a_layout_that_cannot_be_recorded_does_not_speak_for_the_others(measured, tiny):
    def record(function):
        if training.cohort.networks[0].layout == "rows":
            raise RuntimeError("not these")
        return function

    configs, said = members(tiny), []
    training = Training(configs, load_data(configs[0]), progress=said.append)
    training.steps.record = record
    measured(rows=2.0, grouped=1.0, single=3.0)
    runs = training.run()
    assert "no CUDA graphs from here on: not these" in said
    taken = runs[0].provenance
    assert (taken["layout"], taken["graphs"]) == ("grouped", True)


def test_tf32_is_tried_where_it_is_allowed_and_can_matter():
    assert choices(LAYOUTS, tf32=False) == [Choice(name) for name in LAYOUTS]
    rounded = [Choice(name, tf32=True) for name in ("grouped", "single")]
    assert choices(LAYOUTS, tf32=True)[3:] == rounded
    assert choices(["rows"], tf32=True) == [Choice("rows")]
    assert told({rounded[0]: 0.002}) == (
        "layout grouped in TF32 2 ms per step (others: no other)"
    )


@pytest.mark.parametrize("chosen", [True, False])
def test_convolutions_round_to_tf32_in_steps_of_that_choice_alone(chosen, tiny):
    configs = members(tiny)
    training, seen = Training(configs, load_data(configs[0])), []
    training.steps.take(Choice("grouped", chosen))
    training.steps.step = lambda *a, **k: seen.append(torch.backends.cudnn.allow_tf32)
    before = torch.backends.cudnn.allow_tf32
    with usual_torch():
        training.steps(1, measure=False)
        seen.append(torch.backends.cudnn.allow_tf32)
    assert seen == [chosen, False]
    assert torch.backends.cudnn.allow_tf32 == before


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("graphs", [False, True])
def test_gpu_says_which_layout_is_fastest_and_gives_the_history_of_it(graphs, tiny):
    configs, said = members(tiny), []
    dataset = load_data(configs[0]).to("cuda")
    runs = Training(configs, dataset, progress=said.append, graphs=graphs).run()
    assert len([line for line in said if line.startswith("layout ")]) == 1
    taken = runs[0].provenance
    assert taken["graphs"] == graphs
    alone = Training(configs, dataset)
    alone.steps.take(Choice(taken["layout"]))
    for mine, other in zip(runs, alone.run(), strict=True):
        assert_alike(mine, other, rtol=1e-2, atol=1e-4)
