"""The Runs area as Streamlit runs it, without a browser."""

from pathlib import Path

from playground.engine.inline import InlineEngine
from playground.runs.store import Store
from playground.stream.hub import Hub, use_hub
from tests.pages.page import opened
from tests.runs.test_store import kept, overwritten


def test_kept_runs_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    store.keep(kept(1))
    store.keep(kept(2))
    overwritten(tmp_path / "runs.sqlite", "curves", b"")
    hub = Hub(InlineEngine(), store=store)
    use_hub(hub)
    try:
        page = opened("mlp", runs="on")
        hub.channel(page.session_state["token_mlp"]).keeper.owner = "ann"
        page.run()
        assert [each.value for each in page.caption if "1 kept run cannot be read" in each.value]
        assert [each.label for each in page.checkbox] == ["Curves"]
    finally:
        use_hub(None)
        hub.close()
