"""A person's own images: what comes in, what is refused and in which words, and a run of them that travels."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from playground.data import files
from playground.headless.runs import replay, train
from playground.kinds import ConfigError
from playground.labs.image import bring
from playground.labs.image.bring import brought
from playground.labs.image.config import ImageConfig
from playground.labs.image.images import OWN, images_of, set_of
from playground.labs.image.own import _read, unpacked
from playground.run import Run
from playground.runs import link, runfile
from tests.labs.image.own import File, png, strokes, zipped


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A server that keeps nothing yet."""
    monkeypatch.setenv("PLAYGROUND_FILES", str(tmp_path / "files"))
    for cached in (_read, set_of, images_of):
        cached.cache_clear()
    yield tmp_path / "files"
    for cached in (_read, set_of, images_of):
        cached.cache_clear()


def refused(given: list[File]) -> str:
    with pytest.raises(ConfigError) as problem:
        brought(given)
    return str(problem.value)


def test_a_zip_and_its_folder_are_the_same_images() -> None:
    made = brought([("strokes.zip", zipped(strokes()))])
    again = brought(strokes())
    assert made.packed() == again.packed()
    assert (made.name, made.classes, made.labels.tolist()) == ("strokes", ("flat", "upright"), [0] * 30 + [1] * 30)
    assert made.images.shape == (60, 28, 28)
    back = unpacked(made.packed())
    assert (back.name, back.classes) == (made.name, made.classes)
    np.testing.assert_array_equal(back.images, made.images)


def test_ink_on_paper_becomes_light_on_dark_and_is_averaged_as_pillow_does() -> None:
    made = brought(strokes())
    assert made.images[0].max() > 200
    assert np.median(made.images) == 0
    with Image.open(io.BytesIO(png("flat", 0))) as image:
        wanted = np.asarray(image.resize((28, 28), Image.Resampling.BOX))
    np.testing.assert_array_equal(255 - made.images[0], wanted)


def test_an_image_keeps_its_proportions_and_what_is_clear_is_paper() -> None:
    wide = Image.new("RGBA", (80, 40), (0, 0, 0, 0))
    wide.paste((0, 0, 0, 255), (10, 10, 70, 30))
    out = io.BytesIO()
    wide.save(out, "PNG")
    found = bring.small("wide.png", out.getvalue())
    assert (found[:7] == 255).all()
    assert (found[-7:] == 255).all()
    assert found[14, 14] == 0


def _saved(image: Image.Image, format: str, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **more)
    return out.getvalue()


def test_an_image_of_any_kind_is_the_same_grey_one() -> None:
    grey = np.full((40, 60), 255, np.uint8)
    grey[8:32, 18:22], grey[8:32, 40:44] = 0, 100
    plain = Image.fromarray(grey)
    clear = Image.fromarray(np.stack([np.zeros_like(grey)] * 3 + [255 - grey], -1))
    turn = Image.Exif()
    turn[0x0112] = 6  # to be turned by a quarter
    wanted = bring.small("L", _saved(plain, "PNG")).astype(int)
    for name, content in {
        "RGBA": _saved(clear, "PNG"),
        "grey and clear": _saved(clear.convert("LA"), "PNG"),
        "palette": _saved(plain.convert("RGB").quantize(8), "PNG"),
        "16 bits": _saved(Image.fromarray(grey.astype(np.uint16) * 257), "PNG"),
        "CMYK": _saved(plain.convert("RGB").convert("CMYK"), "JPEG", quality=100),
        "turned": _saved(plain.rotate(90, expand=True), "JPEG", quality=100, exif=turn),
        "moving": _saved(plain, "GIF", save_all=True, append_images=[plain.rotate(180)]),
    }.items():
        assert np.abs(bring.small(name, content) - wanted).max() <= 4, name
    assert (bring.small("one pixel", _saved(plain.crop((18, 8, 19, 9)), "PNG")) == 0).all()


def test_a_class_is_the_folder_that_an_image_lies_in_however_deep() -> None:
    deep = [(path.replace("strokes/", "A/b/").upper(), content) for path, content in strokes()]
    assert brought(deep).classes == ("FLAT", "UPRIGHT")


@pytest.mark.parametrize("name", ["{}-{}.png", "{} ({}).PNG", "{}{}.png", "{}_{:03}.png", "one folder/{}.{}.png"])
def test_without_folders_a_class_is_what_its_files_begin_with(name: str) -> None:
    files = [(path.split("/")[1], content) for path, content in strokes()]
    named = [(name.format(kind, number), content) for number, (kind, content) in enumerate(files)]
    for given in (named, [("strokes.zip", zipped(named))]):
        made = brought(given)
        assert made.classes == ("flat", "upright")
        np.testing.assert_array_equal(made.labels, brought(strokes()).labels)


def test_a_digit_may_be_a_class() -> None:
    given = [(f"{7 + number % 2}_{number}.png", content) for number, (_, content) in enumerate(strokes())]
    assert brought(given).classes == ("7", "8")


SMALL = strokes(13)
WRONG: dict[str, tuple[list[File], str]] = {
    "not a ZIP": ([("a.zip", b"PK nothing")], "this is not a ZIP file"),
    "cut off": ([("a.zip", zipped(SMALL)[:-200])], "this is not a ZIP file"),
    "up and away": (
        [("a.zip", zipped([*SMALL, ("../../etc/x.png", png("flat", 0))]))],
        "'../../etc/x.png' leads out",
    ),
    "absolute": ([("a.zip", zipped([*SMALL, ("/etc/x.png", png("flat", 0))]))], "'/etc/x.png' leads out"),
    "a drive": ([("a.zip", zipped([*SMALL, ("C:\\x\\y.png", png("flat", 0))]))], "leads out"),
    "a damaged PNG": ([*SMALL, ("s/flat/bad.png", png("flat", 0)[:60])], "s/flat/bad.png cannot be read as an image"),
    "no image at all": ([*SMALL, ("s/flat/bad.png", b"hello")], "s/flat/bad.png cannot be read as an image"),
    "another format": (
        [*SMALL, ("s/flat/bad.png", _saved(Image.new("L", (9, 9)), "TIFF"))],
        "bad.png cannot be read as an image: inside it is no PNG, JPEG",
    ),
    "an empty file": ([*SMALL, ("s/flat/bad.png", b"")], "bad.png cannot be read as an image: it is empty"),
    "another type": ([*SMALL, ("s/flat/notes.txt", b"hello")], "s/flat/notes.txt is not an image; use .png"),
    "one class": ([file for file in SMALL if "flat" in file[0]], r"there is 1 class \(flat\); use 2 to 10"),
    "none": ([("a.zip", zipped([]))], "there is no class"),
    "one file": ([("cat-1.png", png("flat", 0))], r"there is 1 class \(cat\); use 2 to 10, each in a folder .*cat-2"),
    "no class in names": ([(f"{n:03}.png", png("flat", 0)) for n in range(30)], "30 classes are more than 10; put"),
    "one of no folder": ([*SMALL, ("x.png", png("flat", 0))], "x.png lies in no folder, others do"),
    "few": (strokes(5), "10 images are not 25 to 2,000"),
    "few of one": ([*SMALL, ("s/third/1.png", png("flat", 0))], "third has 1 image; use at least 3"),
    "many classes": ([(f"s/{n}/{i}.png", b"") for n in range(11) for i in range(3)], "11 classes are more than 10"),
    "many images": ([(f"s/{n}/{i}.png", b"") for n in range(2) for i in range(1001)], "2,002 images are not 25 to"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_written(case: str, elsewhere: Path) -> None:
    given, message = WRONG[case]
    assert re.search(message, refused(given))
    assert not elsewhere.exists()


def test_sizes_have_limits_that_no_false_list_gets_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bring, "MB", 2000)  # so that 50 "MB" are 100 kB
    noise = np.random.default_rng(0).bytes(150_000)
    assert "75 MB are more than 50 MB" in refused([("a.zip", noise)])
    bomb = zipped({f"s/a/{i}.png": bytes(60_000) for i in range(10)})
    assert len(bomb) < 10_000
    assert "unpacked it has 300 MB, more than 200 MB" in refused([("bomb.zip", bomb)])
    large = zipped({**dict(SMALL), "s/flat/0.png": bytes(50_000)})
    assert "s/flat/0.png has more than 20 MB" in refused([("a.zip", large)])
    with Image.open(io.BytesIO(png("flat", 0))) as image:
        monkeypatch.setattr(bring, "MOST_PIXELS", image.width * image.height - 1)
    assert "has 40 × 40 pixels, which is too large" in refused(SMALL)


def test_a_member_with_a_password_or_false_sums_is_named() -> None:
    content = bytearray(zipped(SMALL, method=0))
    at = content.find(b"IDAT")
    content[at + 8] ^= 0xFF
    assert "is damaged in the ZIP" in refused([("a.zip", bytes(content))])
    content = bytearray(zipped(SMALL))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + offset] |= 1
    assert "has a password" in refused([("a.zip", bytes(content))])


def test_what_a_system_adds_is_passed_over() -> None:
    extra = [("__MACOSX/strokes/flat/._0.png", b"x"), ("strokes/.DS_Store", b"x"), ("strokes/Thumbs.db", b"x")]
    assert brought([("strokes.zip", zipped([*strokes(), *extra]))]).packed() == brought(strokes()).packed()


# The run


def config(**settings: object) -> ImageConfig:
    name = files.put(brought(strokes()).packed())
    return ImageConfig(**{"dataset": OWN, "own": name, "images": 48, "batch_size": 16, **settings})  # type: ignore[arg-type]


def test_a_network_learns_them_and_every_image_is_in_one_part(elsewhere: Path) -> None:
    made = config()
    assert (made.classes, made.images_set.most, made.images_set.test) == (("flat", "upright"), 48, 12)
    found = images_of(*made.drawn)
    seen = np.concatenate([found.train, found.test]).reshape(60, -1)
    kept = brought(strokes()).images.reshape(60, -1) / np.float32(255)
    np.testing.assert_array_equal(seen[np.lexsort(seen.T)], kept[np.lexsort(kept.T)])
    result = train(made, epochs=20, quiet=True)
    assert (result.metrics["test_accuracy"] or 0) > 0.9


def test_a_run_file_carries_them_to_a_server_that_has_none(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(config=config())
    text, query = runfile.write(run, 6), link.query(run, 6)
    there = replay(run, 6, quiet=True).parameters_sha256
    assert query is not None
    assert len(query) < 1000
    monkeypatch.setenv("PLAYGROUND_FILES", str(elsewhere.parent / "another"))
    for cached in (_read, set_of, images_of):
        cached.cache_clear()
    _, _, problems, _ = link.read("image", dict(part.split("=") for part in query.split("&")))
    assert "A link does not carry them: open the run file" in str(problems[0])
    again, step, _ = runfile.read(text)
    assert (again, step) == (run, 6)
    assert replay(again, 6, quiet=True).parameters_sha256 == there


def test_a_run_file_with_other_images_than_it_says_is_refused(elsewhere: Path) -> None:
    run = Run(config=config())
    content = json.loads(runfile.write(run, 0))
    (name,) = content["files"]
    other = json.loads(runfile.write(Run(config=ImageConfig()), 0)) | {"files": {name: "eJwDAAAAAAE="}}
    with pytest.raises(ConfigError, match=f"files: {name[:20]!r}.* is damaged|files: '{name}' is damaged"):
        runfile.read(json.dumps(other))
    with pytest.raises(ConfigError, match="at most one file"):
        runfile.read(json.dumps({**content, "files": [1]}))
    assert "files" not in json.loads(runfile.write(run, 0, carries=False))


def test_what_is_too_large_is_only_named(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = config()
    assert runfile.can_carry(made)
    monkeypatch.setattr(runfile, "MOST_CARRIED", 100)
    assert not runfile.can_carry(made)
    assert "files" not in json.loads(runfile.write(Run(config=made), 0))


def test_the_folder_has_room_for_the_newest(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 2500)
    rng = np.random.default_rng(0)
    names = [files.put(rng.bytes(1000)) for _ in range(4)]
    assert [files.get(name) is not None for name in names] == [False, False, True, True]
    (elsewhere / names[-1]).write_bytes(b"damaged")
    assert files.get(names[-1]) is None
    assert files.get("../" + names[-2]) is None


def test_other_settings_than_they_have_are_said() -> None:
    name = config().own
    for settings, message in (
        ({"images": 49}, "images: 49 is more than there are; use 20 to 48"),
        ({"planted": True}, "planted: your own images have no dot"),
        ({"own": "0" * 32}, "own: this server does not have these images"),
        ({"own": ""}, "dataset: bring images of your own first"),
    ):
        with pytest.raises(ConfigError, match=message):
            ImageConfig(**{"dataset": OWN, "own": name, "images": 48, **settings})  # type: ignore[arg-type]
