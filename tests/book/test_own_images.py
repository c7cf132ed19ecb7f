"""A folder as users have them, taken through a page of the book."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from book.layout import Layout
from book.page_list import check_parameters, load_pages
from book.run_notebooks import run_pages
from lipgan.runs import RunStore
from lipgan.support.paths import CHECKOUT

# Mode and ending of the files, in turn; all eight EXIF orientations come up.
KINDS = [
    *(("L", "PNG"), ("RGB", "jpg"), ("P", "gif"), ("RGBA", "png"), ("LA", "WebP")),
    *(("CMYK", "JPEG"), ("1", "tiff"), ("exif", "jpg"), ("RGB", "bmp"), ("L", "pgm")),
]


@pytest.fixture
def mixed(tmp_path):
    """200 images in two classes, one of them a link, and what is no image."""
    rng = np.random.default_rng(0)
    root, elsewhere = tmp_path / "my own images", tmp_path / "elsewhere"
    for index in range(200):
        mode, ending = KINDS[index % len(KINDS)]
        height, width = rng.integers(9, 30, 2)
        pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        image, exif = Image.fromarray(pixels), Image.Exif()
        if mode == "exif":
            exif[0x0112] = 1 + index // len(KINDS) % 8
        else:
            image = image.convert(mode)
        folder = elsewhere if index % 3 else root / ("cats", "cats/deep")[index % 2]
        folder.mkdir(parents=True, exist_ok=True)
        options = {"exif": exif} if mode == "exif" else {}
        image.save(folder / f"{index:03d}.{ending}", **options)
    (root / "dogs").symlink_to(elsewhere)
    for name in (".DS_Store", "cats/._001.png", "cats/notes.txt", "Thumbs.db"):
        (root / name).write_bytes(b"no image")
    os.mkfifo(root / "cats" / "pipe.png")
    return root


@pytest.mark.slow
def test_a_folder_of_every_kind_of_image_makes_a_page(mixed, tmp_path):
    layout = Layout(CHECKOUT, "smoke", tmp_path / "runs", tmp_path / "work")
    page = next(p for p in load_pages(CHECKOUT) if p.name == "05_fid_against_k")
    own = {"dataset": f"folder:{mixed}", "with_srn": False}
    assert run_pages([(page, check_parameters(page, "smoke") | own)], layout) == {}
    executed = json.loads((layout.pages / f"{page.name}.ipynb").read_text("utf-8"))
    shown = json.dumps([cell.get("outputs") for cell in executed["cells"]])
    for line in (
        "folder my own images: 200 images; passed over: 2 hidden, 1 not regular files, "
        "2 of other kinds; cropped to their central square, resized to 16 x 16 pixels",
        "35 GANs (dcgan16) on folder my own images",
        "No such runs are published",
    ):
        assert line in shown
    assert str(tmp_path) not in shown
    runs = list(RunStore(layout.store))
    assert len(runs) == 35
    assert len({run.data_digest for run in runs}) == 1
    measured = [run.metrics for run in runs if run.status == "completed"]
    assert len(measured) > 30
    assert all(metrics["fd_pixels_64"] > 0 for metrics in measured)
