"""The map's page as Streamlit runs it, without a browser."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from playground.configs.map import MapConfig
from playground.engine.inline import InlineEngine
from playground.stream.hub import Hub, use_hub

SCRIPT = "from playground.pages.map import map_page\nmap_page()"


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub(InlineEngine())
    use_hub(made)
    yield made
    use_hub(None)


def opened(**address: str) -> AppTest:
    page = AppTest.from_string(SCRIPT, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def config(page: AppTest, hub: Hub) -> MapConfig:
    found = hub.channel(page.session_state["token_map"], "map").config
    assert isinstance(found, MapConfig)
    return found


def _text(value: str | list[str]) -> str:
    return value[0] if isinstance(value, list) else value


def test_the_address_is_the_map(hub: Hub) -> None:
    wanted = MapConfig(cells=5, across="width", across_from=1, across_to=9, hidden_sizes=(3, 3, 3), optimizer="adam")
    page = opened(**wanted.to_text())
    assert config(page, hub) == wanted
    assert not page.warning
    assert {name: _text(page.query_params[name]) for name in wanted.to_text()} == wanted.to_text()


def test_another_quantity_begins_with_its_own_range(hub: Hub) -> None:
    page = opened(cells="4")
    page.selectbox(key="across").select("noise").run()
    assert not page.exception
    found = config(page, hub)
    assert (found.across, found.across_from, found.across_to) == ("noise", 0, 0.5)
    page.number_input(key="across_to").set_value(0.3).run()
    assert config(page, hub).across_to == 0.3


def test_what_does_not_fit_is_said_and_put_right(hub: Hub) -> None:
    page = opened(cells="4", across_to="1000")
    assert "1000 does not fit learning rate" in page.warning[0].value
    page.selectbox(key="down").select("learning_rate").run()
    assert any("spans the other axis" in toast.value for toast in page.toast)
    assert config(page, hub).down != "learning_rate"
