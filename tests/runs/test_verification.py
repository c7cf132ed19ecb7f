"""Damage is found, named, moved aside and trained anew; nothing else is touched."""

import json
import os
import time

import numpy as np
import pytest

from lipgan import training
from lipgan.__main__ import main
from lipgan.config import Config, fingerprint
from lipgan.runs import RecordError, RunStore
from lipgan.runs import run as records
from lipgan.runs.run import VersionError
from lipgan.runs.verify import REMNANT_SECONDS, repair, verify
from lipgan.sweep import run_or_load
from lipgan.training import train

CONFIGS = [Config(dataset="toy2d", scale="smoke", seed=s) for s in range(3)]
IMAGE = Config(scale="smoke")


@pytest.fixture
def store(tmp_path, made_run):
    """Three records without and one with a picture."""
    found = RunStore(tmp_path / "runs")
    for config in CONFIGS:
        found.save(made_run(config, {"points": 1.5}))
    found.save(made_run(IMAGE, samples=np.arange(64, dtype=np.uint8).reshape(8, 8)))
    return found


def document(store, config):
    return store.path / f"{config.config_id}.json"


def truncate(store):
    path = document(store, CONFIGS[0])
    path.write_bytes(path.read_bytes()[:-9])
    return CONFIGS[0]


def flip(store):
    path = document(store, CONFIGS[1])
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(bytes(content))
    return CONFIGS[1]


def edit(store):
    path = document(store, CONFIGS[2])
    path.write_text(path.read_text().replace("1.5", "0.5"))
    return CONFIGS[2]


def spoil_picture(store):
    path = document(store, IMAGE).with_suffix(".png")
    path.write_bytes(path.read_bytes()[:-1])
    return IMAGE


DAMAGES = [truncate, flip, edit, spoil_picture]
each_damage = pytest.mark.parametrize("damage", DAMAGES, ids=lambda d: d.__name__)


def tree(path):
    return {
        str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file()
    }


@each_damage
def test_damage_is_named_and_moved_aside_and_nothing_deleted(damage, store):
    before_names = set(tree(store.path))
    name = damage(store).config_id
    before = tree(store.path)
    found = verify(store)
    assert [error.name for error in found.damaged] == [name]
    assert (found.intact, found.records, found.remnants) == (3, 4, [])
    assert tree(store.path) == before  # a look changes nothing
    moved = repair(store, found)
    after = tree(store.path)
    assert sorted(after.values()) == sorted(before.values())
    assert {p.name for p in moved} == {n for n in before_names if name in n}
    assert not any(name in path for path in after if "damaged/" not in path)
    again = verify(store)
    assert (again.intact, again.damaged, again.remnants) == (3, [], [])


def test_a_second_damage_does_not_overwrite_the_first(store, made_run):
    contents = set()
    for _ in range(3):
        truncate(store)
        contents.add(document(store, CONFIGS[0]).read_bytes())
        assert len(store.set_aside(CONFIGS[0].config_id)) == 1
        store.save(made_run(CONFIGS[0], {"points": float(len(contents))}))
    assert {p.read_bytes() for p in (store.path / "damaged").iterdir()} == contents
    assert len(contents) == 3


def test_an_intact_or_missing_record_is_not_set_aside(store):
    before = tree(store.path)
    assert store.set_aside(CONFIGS[0].config_id) == []
    assert store.set_aside("0123456789abcdef") == []
    assert tree(store.path) == before


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/b", "."])
def test_a_name_cannot_lead_out_of_the_store(name, store):
    outside = store.path.parent / "outside.json"
    outside.write_text("damaged, but not ours")
    with pytest.raises(ValueError, match="is not a name"):
        store.set_aside(name)
    assert outside.exists()


def test_a_picture_checksum_cannot_lead_out_of_the_store(store):
    path = document(store, IMAGE)
    content = json.loads(path.read_text())
    del content["checksum"]
    content["samples_sha256"] = "/../../x" + "0" * 56
    forged = {"checksum": records.checksum(content), **content}
    path.write_text(json.dumps(forged))
    with pytest.raises(RecordError, match="checksum of its picture is not one"):
        store.load(IMAGE)


def test_parameters_cannot_lead_out_of_the_store(tmp_path, made_run):
    store = RunStore(tmp_path / "runs")
    folder = Config(
        dataset="folder:../../../etc", scale="smoke", image_size=8, channels=1
    )
    store.save(made_run(folder, samples=np.zeros((8, 8), np.uint8)))
    found = {p.name for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {f"{folder.config_id}.json", f"{folder.config_id}.png"}
    assert all(p.parent == store.path for p in tmp_path.rglob("*.*"))


@each_damage
def test_a_sweep_stops_at_damage_and_repairs_it_when_told(damage, store, monkeypatch):
    config = damage(store)
    configs = [*CONFIGS, IMAGE]
    trained = []

    def spy(members, **options):
        trained.extend(members)
        return train(members, **options)

    monkeypatch.setattr(training, "train", spy)
    with pytest.raises(RecordError, match=config.config_id):
        run_or_load(configs, store, device="cpu", progress=None)
    assert trained == []
    runs = run_or_load(configs, store, device="cpu", progress=None, repair=True)
    assert trained == [config]
    assert [r.config for r in runs] == configs
    assert verify(store).intact == 4
    assert len(verify(store).damaged) == 0


def test_the_command_line_names_repairs_and_is_satisfied(store, capsys):
    name = edit(store).config_id
    place = ["--store", str(store.path)]
    assert main(["verify", *place]) == 1
    out = capsys.readouterr().out
    assert f"record {name}: its checksum does not match its content" in out
    assert "4 records, 1 damaged" in out
    assert main(["verify", "--repair", *place]) == 0
    assert "1 files moved to" in capsys.readouterr().out
    assert main(["verify", *place]) == 0
    assert "3 records, 0 damaged" in capsys.readouterr().out


def test_train_stops_at_damage_with_code_2_and_repairs(tmp_path, capsys):
    train_it = ["train", "--dataset", "toy2d", "--scale", "smoke", "--num-steps", "2"]
    train_it += ["--device", "cpu", "--store", str(tmp_path)]
    assert main(train_it) == 0
    (path,) = RunStore(tmp_path).records()
    path.write_bytes(path.read_bytes()[:100])
    capsys.readouterr()
    assert main(train_it) == 2
    assert capsys.readouterr().err.startswith(f"lipgan: record {path.stem}: not read")
    assert main([*train_it, "--repair"]) == 0
    assert verify(RunStore(tmp_path)).intact == 1
    assert (tmp_path / "damaged" / path.name).read_bytes()[:1] == b"{"


def make_foreign(store):
    """A record as a version with one more field would have written it."""
    path = document(store, CONFIGS[0])
    content = json.loads(path.read_text())
    del content["checksum"]
    content["config"]["temperature"] = 1.0
    name = fingerprint(content["config"])
    forged = {"checksum": records.checksum(content), **content}
    path.write_text(json.dumps(forged))
    return path.rename(store.path / f"{name}.json")


def test_a_record_of_another_version_is_named_and_stays(store, capsys):
    path = make_foreign(store)
    before = tree(store.path)
    found = verify(store)
    assert [error.name for error in found.foreign] == [path.stem]
    assert "of another version (" in str(found.foreign[0])
    assert "temperature" in str(found.foreign[0])
    assert found.damaged == []
    assert main(["verify", "--repair", "--store", str(store.path)]) == 1
    assert "4 records, 0 damaged, 1 of another version" in capsys.readouterr().out
    assert tree(store.path) == before


def test_repairing_a_sweep_leaves_a_record_of_another_version(store):
    path = document(store, CONFIGS[0])
    content = json.loads(path.read_text())
    del content["checksum"]
    content["format"] = 2
    path.write_text(json.dumps({"checksum": records.checksum(content), **content}))
    before = tree(store.path)
    with pytest.raises(VersionError, match="format 2, not 1"):
        run_or_load([CONFIGS[0]], store, device="cpu", progress=None, repair=True)
    assert store.set_aside(path.stem) == []
    assert tree(store.path) == before


def test_remnants_are_harmless_and_moved_only_when_old(store, capsys):
    picture = store.path / "0123456789abcdef.png"
    unfinished = store.path / ".0123456789abcdef.json.77aa.tmp"
    for path in (picture, unfinished):
        path.write_bytes(b"left by a killed process")
    found = verify(store)
    assert found.remnants == sorted([picture, unfinished])
    assert main(["verify", "--store", str(store.path)]) == 0
    assert "2 files of no record" in capsys.readouterr().out
    assert repair(store, found) == []  # they may be in the making
    old = time.time() - REMNANT_SECONDS - 60
    os.utime(picture, (old, old))
    assert [p.name for p in repair(store, found)] == [picture.name]
    assert unfinished.exists()
    assert verify(store).intact == 4


YEAR = 365 * 86400.0


@pytest.mark.parametrize("jump", [-30 * YEAR, 30 * YEAR])
def test_a_jump_of_the_clock_changes_no_record(jump, tmp_path, monkeypatch):
    plain, jumped = RunStore(tmp_path / "plain"), RunStore(tmp_path / "jumped")
    run_or_load(CONFIGS, plain, device="cpu", progress=None)
    run_or_load(CONFIGS[:1], jumped, device="cpu", progress=None)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + jump)
    real_gmtime = time.gmtime
    monkeypatch.setattr(
        time, "gmtime", lambda s=None: real_gmtime(time.time() if s is None else s)
    )
    runs = run_or_load(CONFIGS, jumped, device="cpu", progress=None)
    years = {run.provenance["finished"][:4] for run in runs}
    assert len(years) == 2  # the clock did jump between the runs
    assert all(run.provenance["cohort_seconds"] >= 0 for run in runs)
    for config in CONFIGS:
        assert jumped.load(config).metrics == plain.load(config).metrics
        assert jumped.load(config).history == plain.load(config).history
    found = verify(jumped)
    assert (found.intact, found.damaged, found.remnants) == (3, [], [])


def test_status_counts_without_reading_all_and_says_what_it_cannot_read(store, capsys):
    document(store, CONFIGS[0]).write_bytes(b"")
    document(store, CONFIGS[1]).write_bytes(b'{"format":1,"config":{"da')
    assert main(["status", "--store", str(store.path)]) == 0
    out = capsys.readouterr().out
    assert "4 records" in out
    assert "toy2d at smoke scale: 1 completed" in out
    assert "digits at smoke scale: 1 completed" in out
    assert "2 unreadable" in out


def test_the_published_records_are_intact():
    from lipgan.runs.evidence import evidence_store

    published = evidence_store()
    assert len(published.ids()) > 1500
    assert published.damaged() == []


def test_files_that_are_no_records_are_not_damaged_ones(store):
    before = verify(store)
    (store.path / "notes.json").write_text('{"mine": 1}')
    name = store.records()[0].name
    (store.path / f"._{name}").write_bytes(b"\0\5\x16\7")  # macOS on a foreign disk
    assert verify(store) == before


@pytest.mark.parametrize("command", ["status", "verify", "publish"])
def test_a_mistyped_store_is_an_error(command, tmp_path, capsys):
    from lipgan.__main__ import main

    assert main([command, "--store", str(tmp_path / "rums")]) == 2
    assert capsys.readouterr().err.endswith("rums' is not a folder\n")
