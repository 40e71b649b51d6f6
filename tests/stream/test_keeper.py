"""What a page's person finds again in their list."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from playground.engine.inline import InlineEngine
from playground.export.palette import plane_colors
from playground.headless.runs import replay
from playground.labs.mlp.config import MLPConfig
from playground.runs.store import Kept, Store
from playground.stream.channel import Channel
from playground.stream.hub import Hub, use_hub
from playground.stream.thumbnail import SIDE_PX, png
from tests.stream.page import PATH, Page

SECRET = "s" * 48


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(InlineEngine(), store=Store(f"sqlite:///{tmp_path / 'runs.sqlite'}"))
    use_hub(made)
    yield made
    use_hub(None)
    made.close()


@pytest.fixture
def page(client: TestClient, hub: Hub) -> Iterator[Page]:
    token = hub.issue()
    hub.channel(token).configure(MLPConfig(dataset="xor"))
    with client.websocket_connect(PATH) as socket:
        made = Page(socket, token)
        made.send(type="visitor", secret=SECRET)
        made.frame()
        yield made


def channel(hub: Hub) -> Channel:
    return next(iter(hub._channels.values()))


def listed(hub: Hub) -> list[Kept]:
    """The person's runs, the oldest first, once what was to be written is written."""
    store, owner = hub.store, channel(hub).keeper.owner
    assert store is not None
    assert owner is not None
    store.flush()
    return store.of(owner)[::-1]


def trained(page: Page, to: int, **last: Any) -> dict[str, Any]:
    """Play until ``to`` at least, then pause."""
    page.send(type="play")
    while page.frame()[0]["step"] < to:
        pass
    page.send(type="pause")
    return page.frame_when(state="paused", **last)


def test_a_run_is_kept_when_it_pauses_and_when_another_takes_its_place(hub: Hub, page: Page) -> None:
    header = trained(page, 200)
    (kept,) = listed(hub)
    assert kept.step == header["step"]
    assert kept.metrics == header["metrics"]
    assert kept.name == "XOR 2-4-2-1"
    assert kept.curves["step"][-1] == kept.step
    assert kept.curves["test_loss"][-1] == pytest.approx(replay(kept.run, kept.step).metrics["test_loss"])
    assert Image.open(io.BytesIO(kept.thumbnail)).size == (SIDE_PX, SIDE_PX)
    page.send(type="step", unit="epoch")
    page.frame_when(state="paused")
    channel(hub).configure(MLPConfig(dataset="spiral"))
    page.frame_when(step=0)
    (kept,) = listed(hub)
    assert kept.step > header["step"]
    trained(page, 100)
    assert [each.name for each in listed(hub)] == ["XOR 2-4-2-1", "Spiral 2-4-2-1"]


def test_what_was_not_trained_and_what_stays_the_same_is_not_kept(hub: Hub, page: Page) -> None:
    for noise in (0.1, 0.2):
        channel(hub).configure(MLPConfig(noise=noise))
    assert listed(hub) == []
    trained(page, 50)
    channel(hub).keep()  # the last frame may have come after the pause
    before = listed(hub)
    assert channel(hub).keep() is None
    assert [each.step for each in listed(hub)] == [each.step for each in before]


def test_another_future_is_another_run_and_the_first_can_be_returned_to(hub: Hub, page: Page) -> None:
    end = trained(page, 300)["step"]
    page.send(type="seek", step=100)
    page.frame_when(step=100)
    page.send(type="set", target="layers.0.weight[0,0]", value=0.5)
    page.frame_when(furthest=100)
    trained(page, 150)
    first, second = listed(hub)
    assert (first.step, first.run.edits) == (end, ())
    assert [edit.step for edit in second.run.edits] == [100]
    page.send(type="return")
    page.frame_when(step=end, state="paused")
    trained(page, end + 50)
    first, again = listed(hub)
    assert first.step > end
    assert again.run == second.run


def test_a_kept_run_goes_on_as_itself(hub: Hub, page: Page) -> None:
    trained(page, 300)
    (kept,) = listed(hub)
    page.send(type="reset")
    page.frame_when(step=0)
    channel(hub).open(kept.run, kept.step, kept.id)
    page.frame_when(step=kept.step, state="paused")
    trained(page, kept.step + 50)
    (more,) = listed(hub)
    assert (more.id, more.step > kept.step) == (kept.id, True)


def test_one_that_is_left_on_its_way_stays_as_it_was(hub: Hub, page: Page) -> None:
    trained(page, 300)
    (kept,) = listed(hub)
    channel(hub).open(kept.run, 10**9, kept.id)
    page.frame_when(state="playing")
    while page.frame()[0]["step"] == 0:
        pass
    page.send(type="pause")
    stopped = page.frame_when(state="paused")
    assert stopped["step"] > 0
    first, other = listed(hub)
    assert (first.id, first.step) == (kept.id, kept.step)
    assert other.step == stopped["step"]


def test_the_secret_itself_is_not_stored(hub: Hub, page: Page) -> None:
    trained(page, 20)
    assert SECRET not in listed(hub)[0].owner
    for wrong in ("short", "s" * 999, 7, None, "ü" * 40):
        page.send(type="visitor", secret=wrong)
        assert "a secret has 32 to 64 characters" in page.error()


def test_the_end_of_the_server_keeps_what_was_trained(hub: Hub, page: Page) -> None:
    page.send(type="step", unit="epoch")
    page.frame_when(step=25)
    assert listed(hub) == []
    owner = channel(hub).keeper.owner
    hub.close()
    assert hub.store is not None
    assert [each.step for each in hub.store.of(owner or "")] == [25]


def test_a_thumbnail_has_the_colours_of_the_stage() -> None:
    value = np.zeros((1, 100, 100), np.uint8)
    value[:, :, 50:] = 255
    pixels = np.asarray(Image.open(io.BytesIO(png(plane_colors(value)))))
    red, blue = pixels[0, 0, 0], pixels[0, -1, 2]
    assert (red > 200, blue > 180) == (True, True)
    assert pixels[0, 0, 2] < 150 > pixels[0, -1, 0]
