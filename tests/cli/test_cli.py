"""The command line: exit codes, one-line errors, and what is imported when."""

import json
import subprocess
import sys

import pytest
import torch

from lipgan import training
from lipgan.__main__ import main
from lipgan.runs import RunStore

TRAIN = ["train", "--scale", "smoke", "--num-steps", "2", "--device", "cpu"]


def python(code):
    command = [sys.executable, "-c", code]
    out = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=True
    )
    return out.stdout.strip()


def call(capsys, *arguments):
    code = main([str(a) for a in arguments])
    return code, *capsys.readouterr()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "runs"
    assert main([*TRAIN, "--loss", "cos", "--alpha", "1e-9", "--store", str(path)]) == 0
    return path


def test_train_writes_the_record_that_was_asked_for(store):
    (run,) = RunStore(store)
    assert (run.config.loss, run.config.alpha) == ("cos", 1e-9)
    assert run.config.num_steps == 2


def test_train_again_loads_the_record(store, capsys, monkeypatch):
    monkeypatch.setattr(training, "train", None)
    arguments = [*TRAIN, "--loss", "cos", "--alpha", "1e-9", "--store", store]
    code, out, err = call(capsys, *arguments)
    assert (code, err) == (0, "")
    assert "COS-SN k=1 α=1e-09 seed 0: completed; " in out
    assert "fd_digits_64" in out


def test_dry_run_counts_what_is_missing(store, capsys):
    code, out, err = call(
        capsys, "sweep", "table3", "--seeds", 0, 1, "--dry-run", "--store", store
    )
    assert (code, err) == (0, "")
    assert out.startswith("70 runs, 0 in ")
    first, cohort, whole = out.splitlines()
    assert first.endswith("70 to train in 1 cohorts")
    assert cohort.startswith("cohort 1: 70 GANs (dcgan8, SN) on digits, 4,000 steps")
    assert whole.startswith("in all")
    assert len(RunStore(store).records()) == 1


def test_dry_run_plans_what_the_sweep_would_do(tmp_path, capsys):
    sweep = ["sweep", "figure1", "--scale", "smoke", "--device", "cpu", "--store"]
    assert main([*sweep, str(tmp_path)]) == 0
    plan = [*sweep, tmp_path, "--seeds", 0, 0, "--dry-run"]
    assert call(capsys, *plan)[1].splitlines()[-1].startswith("15 runs, 15 in ")
    _, out, _ = call(capsys, *plan, "--keep-weights")  # those without are trained
    completed = sum(not run.diverged for run in RunStore(tmp_path))
    assert completed
    assert f" {completed} to train in " in out
    path = RunStore(tmp_path).records()[0]
    path.write_bytes(path.read_bytes()[:-9])
    code, _, err = call(capsys, *plan)
    assert code == 2
    assert err.startswith(f"lipgan: record {path.stem}: not readable")


@pytest.mark.parametrize(
    "arguments",
    [
        [*TRAIN, "--store", "FILE/runs"],
        ["status", "--store", "FILE/runs"],
        ["publish", "--store", "STORE", "--to", "FILE"],
        [*TRAIN, "--store", "STORE", "--batch-size", "1" + 20 * "0"],
    ],
)
def test_a_path_or_a_number_that_cannot_be_is_one_line(arguments, tmp_path, capsys):
    file, store = tmp_path / "file", tmp_path / "store"
    file.write_text("x")
    assert main([*TRAIN, "--store", str(store)]) == 0
    capsys.readouterr()
    paths = {"FILE": str(file), "STORE": str(store)}
    for name, path in paths.items():
        arguments = [text.replace(name, path) for text in arguments]
    code, _, err = call(capsys, *arguments)
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("lipgan: ")


def test_a_missing_package_is_one_line(tmp_path):
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from lipgan.__main__ import main\n"
        f"print(main({[*TRAIN, '--store', str(tmp_path)]!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.endswith("2\n")
    assert "is lost" not in done.stdout
    assert "scikit-learn" in done.stderr
    assert done.stderr.count("\n") == 1


def test_sweep_trains_a_table(tmp_path, capsys):
    arguments = ["sweep", "figure1", "--scale", "smoke", "--device", "cpu"]
    code, out, _ = call(capsys, *arguments, "--store", tmp_path)
    assert code == 0
    assert len(RunStore(tmp_path).records()) == 15
    assert out.count(" seed 0: ") == 15


def test_status_counts_by_data_set_scale_and_outcome(store, capsys):
    code, out, _ = call(capsys, "status", "--store", store)
    assert code == 0
    assert "1 records" in out
    assert "digits at smoke scale: 1 completed" in out


@pytest.mark.parametrize("command", ["status", "verify"])
@pytest.mark.parametrize("stated", ["option", "environment"])
def test_a_mistyped_store_is_no_empty_one(
    command, stated, tmp_path, capsys, monkeypatch
):
    store = tmp_path / "rums"
    monkeypatch.setenv("LIPGAN_STORE", str(store))
    options = ["--store", store] if stated == "option" else []
    code, out, err = call(capsys, command, *options)
    assert (code, out) == (2, "")
    assert err == f"lipgan: store: {str(store)!r} is not a folder\n"
    store.mkdir()
    code, out, _ = call(capsys, command, *options)
    assert (code, "0 records" in out) == (0, True)


def test_verify_names_a_damaged_record(store, capsys):
    code, out, _ = call(capsys, "verify", "--store", store)
    assert code == 0
    assert "1 records, 0 damaged" in out
    (path,) = RunStore(store).records()
    intact = path.read_text()
    document = json.loads(intact)
    document["status"] = "diverged"
    path.write_text(json.dumps(document))
    try:
        code, out, _ = call(capsys, "verify", "--store", store)
    finally:
        path.write_text(intact)
    assert code == 1
    assert path.stem in out
    assert "1 damaged" in out


BAD = [
    ([*TRAIN, "--loss", "bce"], ["loss", "'bce'", "ns, ls"]),
    ([*TRAIN, "--alpha", "-1"], ["alpha", "-1.0", "above 0"]),
    ([*TRAIN, "--lipschitz-k", "nan"], ["lipschitz_k", "nan", "above 0"]),
    ([*TRAIN, "--dataset", "lsun"], ["dataset", "'lsun'", "digits"]),
    ([*TRAIN, "--image-size", "20"], ["image_size", "20", "multiple of 8"]),
    ([*TRAIN, "--device", "tpu"], ["device", "'tpu'", "auto, cpu, cuda"]),
    (["sweep", "table3", "--scale", "tiny"], ["scale", "'tiny'", "smoke, embedded"]),
    (["sweep", "figure1", "--dataset", "digits"], ["dataset", "'digits'", "toy2d"]),
    (["train", "--alpha", "much"], ["alpha", "'much'"]),
    (["train", "--seed", "1.5"], ["seed", "'1.5'"]),
    (["sweep", "table9"], ["table", "'table9'", "table3"]),
    (["train", "--colour", "red"], ["--colour"]),
    (["fly"], ["fly", "train"]),
    ([], ["COMMAND"]),
]


def exit_code(arguments):
    try:
        return main(arguments)
    except SystemExit as stop:  # argparse
        return stop.code


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=lambda v: " ".join(v)[-30:])
def test_bad_input_is_one_line_on_stderr_and_code_2(arguments, words, tmp_path, capsys):
    if arguments and arguments[0] in ("train", "sweep"):
        arguments = [*arguments, "--store", str(tmp_path / "none")]
    assert exit_code(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("lipgan")
    assert err.count("\n") == 1
    assert all(word in err for word in words)
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_cuda_without_a_gpu_is_bad_input(capsys, tmp_path):
    arguments = ["train", "--scale", "smoke", "--device", "cuda", "--store", tmp_path]
    code, _, err = call(capsys, *arguments)
    assert code == 2
    assert err == "lipgan: device: 'cuda' was asked for, but no GPU is visible\n"


def test_missing_data_is_bad_input(capsys, tmp_path):
    arguments = ["train", "--dataset", "mnist", "--device", "cpu", "--data", tmp_path]
    code, _, err = call(capsys, *arguments, "--store", tmp_path / "runs")
    assert code == 2
    assert err.count("\n") == 1
    assert "mnist" in err
    assert str(tmp_path) in err


def test_a_store_that_is_a_file_is_bad_input(capsys, tmp_path):
    (tmp_path / "runs").write_text("")
    code, _, err = call(capsys, "status", "--store", tmp_path / "runs")
    assert code == 2
    assert "is a file, not a directory" in err


def test_interruption_exits_with_130(capsys, monkeypatch, tmp_path):

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "train", interrupted)
    code, _, err = call(capsys, *TRAIN, "--store", tmp_path)
    assert code == 130
    assert err.startswith("lipgan: interrupted")


def test_help_needs_no_torch():
    code = (
        "import runpy, sys\n"
        "sys.argv = ['lipgan', '--help']\n"
        "try:\n"
        "    runpy.run_module('lipgan', run_name='__main__', alter_sys=True)\n"
        "except SystemExit as stop:\n"
        "    print('code', stop.code, 'torch' in sys.modules)\n"
    )
    out = python(code)
    assert out.endswith("code 0 False")
    assert "verify" in out


def test_import_leaves_optional_packages_alone():
    optional = "'torchvision', 'matplotlib', 'seaborn', 'sklearn', 'pytorch_fid', 'PIL'"
    code = (
        "import sys, lipgan, lipgan.training, lipgan.sweep, lipgan.config\n"
        "assert callable(lipgan.train) and lipgan.train.__name__ == 'train'\n"
        "assert lipgan.train is lipgan.training.train\n"
        f"print([m for m in ({optional}, 'scipy', 'safetensors') if m in sys.modules])"
    )
    assert python(code) == "[]"


def test_every_public_name_resolves():
    import lipgan

    assert set(lipgan.__all__) <= set(dir(lipgan))  # what a notebook completes
    for name in lipgan.__all__:
        assert getattr(lipgan, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = lipgan.trian


@pytest.mark.parametrize("command", ["train", "sweep"])
@pytest.mark.parametrize("allowed", ["tf32", "graphs"])
def test_what_a_gpu_may_do_reaches_the_training(
    command, allowed, tmp_path, monkeypatch
):
    asked = []
    monkeypatch.setattr(
        "lipgan.cli.training.run_or_load", lambda *_, **given: asked.append(given) or []
    )
    what = ["table5", "--scale", "smoke"] if command == "sweep" else TRAIN[1:]
    assert main([command, *what, f"--{allowed}", "--store", str(tmp_path)]) == 0
    assert {name: asked[0][name] for name in ("tf32", "graphs")} == {
        "tf32": allowed == "tf32",
        "graphs": allowed == "graphs",
    }
