"""The page of the sequence lab as Streamlit runs it."""

from playground.stream.hub import Hub
from tests.pages.page import address, opened


def test_parity_brings_what_it_needs_and_leaves_it_with_it(hub: Hub) -> None:
    page = opened("sequence", cell="gru")
    before = address(page)
    page.selectbox(key="task").select("parity").run()
    assert address(page) == {**before, "task": "parity", "length": "8", "mixed": "on", "cell": "gru"}
    page.selectbox(key="task").select("sentiment").run()
    assert address(page) == before
    page.selectbox(key="cell").select("rnn").run()
    page.selectbox(key="task").select("parity").run()
    assert address(page)["cell"] == "lstm"
