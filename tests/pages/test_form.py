"""Controls of settings, laid out."""

import pytest

from playground.lab import LABS
from playground.pages.form import HALF_CHARS
from playground.stream.hub import Hub
from tests.pages.page import opened


@pytest.mark.parametrize("lab", LABS)
def test_no_menu_cuts_its_words(lab: str, hub: Hub) -> None:
    page = opened(lab)
    menus = [menu for column in page.sidebar.columns for menu in column.selectbox]
    assert not [menu.label for menu in menus if max(map(len, menu.options)) > HALF_CHARS]
