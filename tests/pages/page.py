"""A page as Streamlit runs it, without a browser."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from playground.lab import LABS


def opened(lab: str, **address: str) -> AppTest:
    """The page of ``lab`` with this address."""
    script = f"from playground.catalog import resolve\nresolve({LABS[lab].page!r})()"
    page = AppTest.from_string(script, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def address(page: AppTest) -> dict[str, str]:
    """What the page's address says now."""
    return {name: value[0] if isinstance(value, list) else value for name, value in page.query_params.items()}


def fields(page: AppTest) -> dict[str, dict[str, Any]]:
    """What the fields of numbers show, by the names of their settings."""
    parts = [part.proto for part in page.get("bidi_component") if part.proto.component_name == "playground_field"]
    return {content["name"]: content for content in (json.loads(part.json) for part in parts)}


def take(page: AppTest, name: str, value: Any) -> None:
    """Have the field of a setting take ``value``. What a person does in it is tested in a browser."""
    assert not fields(page)[name]["disabled"]
    page.session_state[name] = value
    page.run()
