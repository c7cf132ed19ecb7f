"""Nothing goes to the network unless a download was asked for; nothing is unpickled."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "lipgan"

# An audit hook sees what any library does, in C too, and cannot be taken off again.
GUARD = """
import sys

def guard(event, arguments):
    if event.startswith(("socket.connect", "socket.getaddrinfo", "socket.gethost",
                         "socket.sendto", "urllib.Request", "ftplib.connect")):
        raise RuntimeError(f"network: {event} {arguments[1:]}")

sys.addaudithook(guard)
"""

WORK = """
import lipgan
from lipgan.__main__ import main
from lipgan.features import load_extractor

place = ["--store", "runs"]
quick = [*place, "--scale", "smoke", "--device", "cpu"]
assert main(["train", "--num-steps", "2", *quick]) == 0
assert main(["sweep", "figure1", "--dataset", "toy2d", *quick]) == 0
assert main(["sweep", "table3", "--dry-run", *quick[:4]]) == 0
assert main(["status", *place]) == 0
assert main(["verify", "--repair", *place]) == 0
for name in ("digits", "mnist", "cifar10", "pixels"):
    load_extractor(name)
# what is missing is not fetched unasked, but said
assert main(["train", "--dataset", "mnist", "--data", "none", *place]) == 2
"""


def guarded(code, folder):
    return subprocess.run(
        [sys.executable, "-c", GUARD + code],
        **{"cwd": folder, "capture_output": True, "text": True, "timeout": 300},
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )


@pytest.mark.slow
def test_import_train_sweep_status_and_verify_need_no_network(tmp_path):
    done = guarded(WORK, tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "is not there" in done.stderr
    assert "0 damaged" in done.stdout


@pytest.mark.parametrize(
    "code",
    [
        "import urllib.request as u; u.urlopen('http://127.0.0.1:9')",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.socket().connect_ex(('127.0.0.1', 9))",
        "from torch import hub; hub.load_state_dict_from_url('http://127.0.0.1:9/x.pt')",
    ],
)
def test_the_guard_sees_every_way_out(code, tmp_path):
    done = guarded(code, tmp_path)
    assert done.returncode != 0
    assert "RuntimeError: network: " in done.stderr


def test_a_download_that_was_asked_for_is_tried(tmp_path):
    """So the silence above is the package's, not a code path that is never reached."""
    pytest.importorskip("torchvision")
    code = (
        "from lipgan.__main__ import main\n"
        "main(['train', '--dataset', 'mnist', '--data', 'here', '--download'])"
    )
    assert "network: " in guarded(code, tmp_path).stderr


def unpickles(source):
    """Lines in which a file could be unpickled."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None) or ""]
            names += [alias.name for alias in node.names]
            unsafe = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
            found += [node.lineno] if unsafe & {n.split(".")[0] for n in names} else []
        if not isinstance(node, ast.Call):
            continue
        options = {k.arg: ast.unparse(k.value) for k in node.keywords}
        name = ast.unparse(node.func)
        if name == "torch.load" and options.get("weights_only") != "True":
            found.append(node.lineno)
        if options.get("allow_pickle", "False") != "False":
            found.append(node.lineno)
        if name.endswith("load_state_dict_from_url"):
            found.append(node.lineno)
    return found


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem
)
def test_nothing_is_unpickled(path):
    assert unpickles(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import torch\ntorch.load('x')",
        "import torch\ntorch.load('x', weights_only=False)",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
    ],
)
def test_unpickling_is_found(source):
    assert unpickles(source)


ROOT = PACKAGE.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_pins_its_actions_and_may_only_read(path):
    text = path.read_text("utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert [u for u in used if not re.search(r"@[0-9a-f]{40}$", u)] == []
    assert "\npermissions:\n  contents: read\n" in text
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def test_every_pinned_package_has_hashes_and_no_address_is_named():
    text = (ROOT / "requirements.txt").read_text("utf-8")
    packages = re.findall(r"^[\w.-]+==.*?(?=^[\w.-]+==|\Z)", text, re.M | re.S)
    assert len(packages) > 100
    assert [p[:30] for p in packages if "--hash=sha256:" not in p] == []
    assert "://" not in text
    assert "index" not in re.sub(r"#.*", "", text)
