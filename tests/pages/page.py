"""A page as Streamlit runs it, without a browser."""

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
