"""The map's page as Streamlit runs it, without a browser."""

from streamlit.testing.v1 import AppTest

from playground.stream.hub import Hub
from playground.studies.map.config import MapConfig
from tests.pages.page import address, fields, opened, take


def config(page: AppTest, hub: Hub) -> MapConfig:
    found = hub.channel(page.session_state["token_map"], "map").config
    assert isinstance(found, MapConfig)
    return found


def test_the_address_is_the_map(hub: Hub) -> None:
    wanted = MapConfig(cells=5, across="width", across_from=1, across_to=9, hidden_sizes=(3, 3, 3), optimizer="adam")
    page = opened("map", **wanted.to_text())
    assert config(page, hub) == wanted
    assert not page.warning
    assert {name: address(page)[name] for name in wanted.to_text()} == wanted.to_text()


def test_another_quantity_begins_with_its_own_range(hub: Hub) -> None:
    page = opened("map", cells="4")
    page.selectbox(key="across").select("noise").run()
    assert not page.exception
    found = config(page, hub)
    assert (found.across, found.across_from, found.across_to) == ("noise", 0, 0.5)
    take(page, "across_to", 0.3)
    assert config(page, hub).across_to == 0.3


def test_axes_swapped_by_way_of_twice_the_same_have_their_own_ranges(hub: Hub) -> None:
    page = opened("map", cells="4")
    for side, name in (("across", "width"), ("down", "width"), ("down", "initial_scale")):
        page.selectbox(key=side).select(name).run()
    found = config(page, hub)
    assert (found.across, found.across_from, found.across_to) == ("width", 1, 16)
    assert (found.down, found.down_from, found.down_to) == ("initial_scale", 0.1, 10)


def test_hidden_layers_are_not_asked_for_where_the_axes_say_them(hub: Hub) -> None:
    page = opened("map", cells="4", across="width", across_from="1", across_to="4")
    assert not fields(page)["hidden_sizes"]["disabled"]
    page.selectbox(key="down").select("depth").run()
    assert fields(page)["hidden_sizes"]["disabled"]


def test_what_does_not_fit_is_said_and_put_right(hub: Hub) -> None:
    page = opened("map", cells="4", across_to="1000")
    assert "1000 does not fit learning rate" in page.warning[0].value
    page.selectbox(key="down").select("learning_rate").run()
    assert any("spans the other axis" in toast.value for toast in page.toast)
    assert config(page, hub).down != "learning_rate"
