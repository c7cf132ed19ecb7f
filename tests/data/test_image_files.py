"""Folders as users have them: every kind of file, and what becomes of its pixels."""

import os
import warnings

import numpy as np
import pytest
import torch
from PIL import Image

from lipgan import data
from lipgan.config import Config
from lipgan.data import sets
from lipgan.data.image_files import find_images, read_images
from lipgan.gan.models import IMAGE_SIZES, MODELS, Sizes, base_size
from lipgan.training import train

WHITE, RED = (255, 255, 255), (255, 0, 0)


def save(path, mode="L", size=(9, 9), color=90, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color).save(path, **options)
    return path


def pixel(path, channels=3):
    (image,) = read_images([path], 4, channels)
    return tuple(image[:, 1, 1].tolist())


def test_links_are_followed_and_what_is_passed_over_is_counted(tmp_path):
    save(tmp_path / "elsewhere" / "a.png")
    root = tmp_path / "images"
    for name in ("cats/b.PNG", "cats/deep/c.gif", "cats/d.tiff", ".hidden.png"):
        save(root / name)
    (root / "dogs").symlink_to(tmp_path / "elsewhere")
    (root / "cats" / "again").symlink_to(root)
    (root / "cats" / "gone.png").symlink_to(tmp_path / "nothing.png")
    (root / "cats" / "folder.png").mkdir()
    (root / "cats" / "notes.txt").write_text("not an image")
    os.mkfifo(root / "cats" / "pipe.png")
    found = find_images(root)
    names = [part[-1] for part in found.parts]
    assert names == ["b.PNG", "d.tiff", "c.gif", "a.png"]
    assert found.note == (
        "folder images: 4 images; passed over: 1 broken links or unreadable, 1 hidden, "
        "1 links in a circle, 1 not regular files, 1 of other kinds"
    )
    loaded = data.load(f"folder:{root}")
    assert (loaded.labels.tolist(), loaded.num_classes) == ([0, 0, 0, 1], 2)


def test_an_unreadable_folder_is_counted(tmp_path, monkeypatch):
    save(tmp_path / "cats" / "a.png")
    save(tmp_path / "dogs" / "a.png")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("dogs"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert "passed over: 1 unreadable folders" in find_images(tmp_path).note


def test_transparency_is_white(tmp_path):
    assert pixel(save(tmp_path / "a.png", "RGBA", color=(*RED, 0))) == WHITE
    assert pixel(save(tmp_path / "b.png", "RGBA", color=(*RED, 255))) == RED
    assert pixel(save(tmp_path / "c.png", "LA", color=(0, 0)), 1) == (255,)
    palette = Image.new("P", (9, 9), 0)
    palette.putpalette([*RED, 0, 0, 255])
    palette.save(tmp_path / "d.png", transparency=0)
    assert pixel(tmp_path / "d.png") == WHITE
    palette.save(tmp_path / "e.png")
    assert pixel(tmp_path / "e.png") == RED
    palette.save(tmp_path / "f.gif")
    assert pixel(tmp_path / "f.gif") == RED


def test_exif_turns_the_image(tmp_path):
    image = Image.fromarray(np.arange(16, dtype=np.uint8).reshape(4, 4) * 10)
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    image.save(tmp_path / "a.png", exif=exif)
    image.save(tmp_path / "b.png")
    turned, plain = read_images([tmp_path / "a.png", tmp_path / "b.png"])
    assert torch.equal(turned, plain.flip(1, 2))


def test_cmyk_is_color_and_16_bits_are_refused(tmp_path):
    found = pixel(save(tmp_path / "a.jpg", "CMYK", color=(0, 255, 255, 0)))
    assert np.abs(np.subtract(found, (254, 0, 0))).max() < 8
    save(tmp_path / "b.png", "I;16")
    with pytest.raises(ValueError, match="b.png.*more than 8 bits.*convert it to 8"):
        read_images([tmp_path / "b.png"])


def test_pillows_warnings_stay_inside(tmp_path):
    palette = Image.new("P", (9, 9), 1)
    palette.putpalette([*RED, 0, 0, 255])
    palette.save(tmp_path / "a.png", transparency=b"\x00\x80")
    tiff = save(tmp_path / "b.tiff")
    tiff.write_bytes(tiff.read_bytes()[:50])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_images([tmp_path / "a.png"])
        with pytest.raises(ValueError, match=r"cannot read .*b\.tiff"):
            read_images([tiff])  # Pillow warns while it opens the file


@pytest.mark.parametrize(
    ("sizes", "mode", "shape"),
    [
        ([(9, 9)], "L", (8, 1)),
        ([(37, 60), (41, 41), (90, 39)], "RGB", (40, 3)),
        ([(3, 3)], "LA", (8, 1)),
        ([(500, 700)], "RGBA", (128, 3)),
        ([(28, 28)], "L", (24, 1)),  # as near as 32
    ],
)
def test_a_folder_gives_size_and_channels(tmp_path, sizes, mode, shape):
    for index, size in enumerate(sizes):
        save(tmp_path / f"{index}.png", mode, size, color=0)
    config = Config(dataset=f"folder:{tmp_path}", scale="smoke")
    assert (config.image_size, config.channels) == shape
    assert (config.model, config.features) == (f"dcgan{shape[0]}", "pixels")
    assert Config(dataset=f"folder:{tmp_path}", image_size=16).image_size == 16


def test_one_color_image_among_gray_ones_makes_color(tmp_path):
    for index in range(5):
        save(tmp_path / f"{index}.png", "RGB" if index == 3 else "L", color=0)
    assert Config(dataset=f"folder:{tmp_path}").channels == 3


def test_features_fall_back_to_what_fits():
    assert Config(dataset="mnist").features == "mnist"
    assert Config(dataset="mnist", image_size=40).features == "pixels"
    with pytest.raises(ValueError, match="image_size: 20 is not a multiple of 8"):
        Config(dataset="mnist", image_size=20)


@pytest.mark.parametrize("side", IMAGE_SIZES)
def test_both_networks_fit_every_size(side):
    model, sizes = MODELS[f"dcgan{side}"], Sizes(side, 3, 2, 5)
    images = model.generator(sizes)(torch.randn(2, 5))
    assert images.shape == (2, 3, side, side)
    assert model.discriminator(sizes)(images).shape == (2,)
    known = {8: 2, 16: 4, 24: 6, 32: 4, 40: 5, 64: 4, 120: 15, 128: 4}
    assert base_size(side) == known.get(side, base_size(side))


@pytest.mark.parametrize("side", [16, 24])
def test_other_sizes_are_trained(side):
    (run,) = train([Config(dataset="mnist", image_size=side, scale="smoke")])
    assert run.status == "completed"
    assert run.samples.shape == (4 * side, 8 * side)


def test_training_says_what_it_has_read(tmp_path):
    for index in range(7):
        save(tmp_path / "mine" / f"{index}.png", size=(17, 30))
    (tmp_path / "mine" / "x.txt").write_text("")
    lines = []
    train(
        [Config(dataset=f"folder:{tmp_path / 'mine'}", scale="smoke", num_steps=1)],
        progress=lines.append,
    )
    assert lines[0] == (
        "folder mine: 7 images; passed over: 1 of other kinds; cropped to their "
        "central square, resized to 16 x 16 pixels, gray"
    )


def test_a_folder_is_called_by_its_own_name():
    assert sets.dataset_label("folder:/home/me/cats") == "folder cats"
    assert sets.dataset_label("mnist") == "MNIST"
