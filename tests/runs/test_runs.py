"""Records survive the disk, and every damage is noticed."""

import json
import math

import numpy as np
import pytest

from lipgan.config import Config
from lipgan.experiments import table3
from lipgan.runs import (
    RecordError,
    Run,
    RunStore,
    StoreError,
    VersionError,
    atomic,
    default_store,
    training_seconds,
)
from lipgan.runs import run as records
from lipgan.sweep import load_known

CONFIG = Config(scale="smoke")


@pytest.fixture
def run(made_run):
    history = {
        "step": [1, 2],
        "loss_d": [0.5, math.nan],
        "score_real_max": [math.inf, -1.5],
        "sigma": [[1.0, 2.0], [math.nan, 3.0]],
    }
    samples = np.arange(64 * 32, dtype=np.uint32).reshape(32, 64) % 256
    return made_run(
        CONFIG,
        {"fd_digits_64": 12.25, "odd": math.nan},
        history=history,
        samples=samples.astype(np.uint8),
    )


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


def record(store):
    return store.path / f"{CONFIG.config_id}.json"


def picture(store):
    return store.path / f"{CONFIG.config_id}.png"


def test_round_trip_keeps_everything(run, store):
    store.save(run)
    back = store.load(CONFIG)
    assert back.config == run.config
    assert (back.status, back.diverged_at) == ("completed", None)
    assert back.provenance == run.provenance
    assert back.history["step"] == [1, 2]
    assert back.metrics["fd_digits_64"] == 12.25
    assert (back.samples == run.samples).all()


def test_numbers_that_are_not_finite_come_back_as_nan(run, store):
    store.save(run)
    back = store.load(CONFIG)
    assert math.isnan(back.metrics["odd"])
    assert math.isnan(back.history["loss_d"][1])
    assert math.isnan(back.history["score_real_max"][0])
    assert math.isnan(back.history["sigma"][1][0])
    assert back.history["sigma"][0] == [1.0, 2.0]


def test_a_diverged_run_without_picture_comes_back(made_run, store):
    store.save(made_run(CONFIG, status="diverged", diverged_at=17))
    back = store.load(CONFIG)
    assert (back.diverged, back.diverged_at, back.samples) == (True, 17, None)
    assert not picture(store).exists()


def test_color_pictures_come_back(made_run, store):
    samples = np.random.default_rng(0).integers(0, 256, (8, 16, 3), dtype=np.uint8)
    store.save(made_run(CONFIG, samples=samples))
    assert (store.load(CONFIG).samples == samples).all()


def test_contains_and_iteration(run, store, made_run):
    assert CONFIG not in store
    assert list(store) == []
    store.save(run)
    other = Config(scale="smoke", seed=1)
    store.save(made_run(other))
    assert CONFIG in store
    assert {r.config for r in store} == {CONFIG, other}


def test_nothing_is_created_before_a_write(tmp_path):
    RunStore(tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_loading_an_unknown_config_names_it(store):
    with pytest.raises(KeyError, match="no record of NS-SN k=1 seed 0"):
        store.load(CONFIG)


def flip_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def truncate(path):
    path.write_bytes(path.read_bytes()[:-20])


def edit(path, key, change):
    document = json.loads(path.read_text())
    change(document[key])
    path.write_text(json.dumps(document))


DAMAGES = {
    "bit": lambda s: flip_bit(record(s)),
    "truncated": lambda s: truncate(record(s)),
    "empty": lambda s: record(s).write_text(""),
    "binary": lambda s: record(s).write_bytes(b"\xff\xfe\x00"),
    "null": lambda s: record(s).write_text("null"),
    "list": lambda s: record(s).write_text("[1, 2]"),
    "nested": lambda s: record(s).write_text("[" * 100_000),
    "number": lambda s: record(s).write_text("3"),
    "no checksum": lambda s: record(s).write_text("{}"),
    "metric": lambda s: edit(
        record(s), "metrics", lambda m: m.update(fd_digits_64=1.0)
    ),
    "config": lambda s: edit(record(s), "config", lambda c: c.update(seed=5)),
    "picture gone": lambda s: picture(s).unlink(),
    "picture bit": lambda s: flip_bit(picture(s)),
    "picture truncated": lambda s: truncate(picture(s)),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_refused_by_name(damage, run, store):
    store.save(run)
    store.load(CONFIG)
    DAMAGES[damage](store)
    with pytest.raises(RecordError, match=f"record {CONFIG.config_id}: "):
        store.load(CONFIG)


def test_a_record_under_a_wrong_name_is_refused(run, store):
    store.save(run)
    wrong = store.path / "0123456789abcdef.json"
    record(store).rename(wrong)
    with pytest.raises(RecordError, match=f"0123456789abcdef: .*{CONFIG.config_id}"):
        store.read(wrong)


def with_checksum(document):
    document.pop("checksum", None)
    return json.dumps({"checksum": records.checksum(document), **document})


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["config"].update(future_field=1),
        lambda d: d["config"].update(loss="gone"),
        lambda d: d.pop("metrics"),
        lambda d: d.update(format=99),
    ],
    ids=["unknown field", "unknown loss", "no metrics", "other format"],
)
def test_an_intact_record_of_another_version_is_refused(change, run, store):
    store.save(run)
    document = json.loads(record(store).read_text())
    change(document)
    record(store).write_text(with_checksum(document))
    with pytest.raises(VersionError, match=f"record {CONFIG.config_id}: of another"):
        store.load(CONFIG)


def test_a_record_of_another_config_is_refused(run, store, monkeypatch):
    """Two configs with one id: cannot be made by hand, so the id is forged."""
    store.save(run)
    other = Config(scale="smoke", seed=4)
    name = record(store).stem
    monkeypatch.setattr(Config, "config_id", name)
    with pytest.raises(RecordError, match=r"its config differs in seed \(0, not 4\)"):
        store.load(other)


def test_a_killed_write_leaves_no_record(run, store, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            store.save(run)
    assert CONFIG not in store
    assert list(store.path.iterdir()) == [picture(store)]  # complete, of no record yet
    store.save(run)
    assert store.load(CONFIG).config == CONFIG


def test_a_killed_overwrite_keeps_the_old_record(store, made_run, monkeypatch):
    black, white = np.zeros((8, 8), np.uint8), np.full((8, 8), 255, np.uint8)
    store.save(made_run(CONFIG, {"old": 1.0}, samples=black))
    real = atomic.os.replace

    def killed(source, target):
        if str(target).endswith(".json"):
            raise OSError("no space left")
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "replace", killed)
        with pytest.raises(StoreError, match="cannot write record .*no space"):
            store.save(made_run(CONFIG, {"new": 2.0}, samples=white))
    assert store.load(CONFIG).metrics == {"old": 1.0}
    assert (store.load(CONFIG).samples == 0).all()
    store.save(made_run(CONFIG, {"new": 2.0}, samples=white))
    assert store.load(CONFIG).metrics == {"new": 2.0}
    assert (store.load(CONFIG).samples == 255).all()


def test_a_file_system_without_links_keeps_pictures_too(run, store, monkeypatch):
    def refused(*_):
        raise PermissionError("no links here")

    monkeypatch.setattr(atomic.os, "link", refused)
    store.save(run)
    assert (store.load(CONFIG).samples == run.samples).all()


def test_every_file_is_flushed_before_it_gets_its_name(run, store, monkeypatch):
    """What a loss of power would need: content, then name, then the directory."""
    log = []
    for name in ("fsync", "link", "replace"):
        real = getattr(atomic.os, name)
        spy = lambda *a, name=name, real=real: (log.append(name), real(*a))[1]  # noqa: E731
        monkeypatch.setattr(atomic.os, name, spy)
    store.save(run)
    assert log == ["fsync", "link", "fsync", "replace", "fsync"]


def test_a_store_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(ValueError, match="store: '.*runs' is a file, not a directory"):
        RunStore(tmp_path / "runs")


def test_default_store_follows_environment_and_project_root(tmp_path, monkeypatch):
    monkeypatch.setenv("LIPGAN_STORE", str(tmp_path / "elsewhere"))
    assert default_store() == tmp_path / "elsewhere"
    monkeypatch.delenv("LIPGAN_STORE")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_toc.yml").write_text("")
    monkeypatch.chdir(tmp_path / "notebooks")
    assert default_store() == tmp_path / "runs"


def test_published_records_are_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.delenv("LIPGAN_EVIDENCE", raising=False)
    (tmp_path / "_toc.yml").write_text("")
    monkeypatch.chdir(tmp_path)
    said = []
    runs = load_known(table3(seeds=[0]), say=said.append)
    assert (len(runs), said) == (35, [])
    (tmp_path / "book" / "data").mkdir(parents=True)  # a project's own come first
    assert load_known(table3(seeds=[0]), say=said.append) == []
    assert said == [
        f"{tmp_path}/book/data holds no published records (LIPGAN_EVIDENCE=FOLDER)"
    ]


def test_seconds_of_a_cohort_are_counted_once(made_run):
    first, second = made_run(CONFIG), made_run(Config(scale="smoke", seed=1))
    third = made_run(Config(scale="smoke", seed=2))
    third.provenance.update(finished="2020-11-22T11:00:00Z", cohort_seconds=2.0)
    assert training_seconds([first, second, third]) == 3.5


def test_a_run_says_whether_it_diverged(made_run):
    assert isinstance(made_run(CONFIG), Run)
    assert not made_run(CONFIG).diverged
