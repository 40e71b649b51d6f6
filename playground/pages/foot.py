"""What stands below a stage: switches for panels, ways to share and open a run, the legend, and the panels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from playground.kinds import Flag
from playground.pages.code import code_panel
from playground.pages.head import more_of_question
from playground.pages.runs import runs_dialogs, runs_panel
from playground.pages.session import PageSession
from playground.pages.share import share_and_open
from playground.pages.stage import into_view
from playground.pages.take_home import take_home_panel
from playground.settings import Settings, setting

Own = tuple[str, Callable[[], None] | None]  # the help of a switch, and what it shows here, if anything


@dataclass(frozen=True)
class Show(Settings):
    """What of a run is shown: part of the page's address, but not of the run. A lab adds switches of its own."""

    code: bool = setting(False, Flag(), "Code")
    take_home: bool = setting(False, Flag(), "Take home")
    runs: bool = setting(False, Flag(), "Runs")


def foot(
    session: PageSession,
    show: Any,
    legend: str,
    own: Mapping[str, Own] | None = None,
    compare: Mapping[str, str] | None = None,
) -> None:
    """Draw it for what the page shows now, ``show``, a ``Show``.

    ``own`` are the lab's switches by their settings. ``compare`` is what the address of the comparison has beside the
    run's settings; without it there is no link to one.
    """
    own = own or {}
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="page_foot"):
        helps = {name: help for name, (help, _) in own.items()} | _HELPS
        for name in [each for each in helps if not session.hides(each)]:
            st.toggle(
                show.settings()[name].label,
                key=name,
                help=helps[name],
                disabled=session.is_locked(name),
                on_change=_open,
                args=(name,),
            )
        share_and_open(session)
        if compare is not None:
            address = "compare?" + urlencode({**compare, **session.channel().config.shared_text()})
            st.link_button("Compare", address, type="tertiary", icon=":material/compare_arrows:", help=_COMPARE)
    if more := more_of_question(session):
        st.markdown(more)
    st.caption(legend)
    for name, (_, draw) in own.items():
        if draw is not None and getattr(show, name):
            _panel(name, draw)
    if show.code:
        _panel("code", lambda: code_panel(session))
    if show.take_home:
        _panel("take_home", lambda: take_home_panel(session))
    if show.runs:
        runs_dialogs()
        _panel("runs", lambda: runs_panel(session))


def _open(name: str) -> None:
    """Remember which switch was pressed last, and that it was now."""
    st.session_state.opened = name, st.session_state.get("opened", ("", 0))[1] + 1


def _panel(name: str, draw: Callable[[], None]) -> None:
    """Draw a panel; the page scrolls to the one that was just opened."""
    opened, opening = st.session_state.get("opened", ("", 0))
    with st.container(key=f"panel_{name}"):
        draw()
        into_view(key=f"into_view_{name}", data={"opening": opening if opened == name else 0})


_HELPS = {
    "code": "This run in PyTorch, in step with the controls.",
    "take_home": "This run as files: script, notebook, weights, table, picture, animation, a page that plays it.",
    "runs": "What you have trained before, to compare and to open again.",
}
_COMPARE = "The same settings with many seeds, and one of them varied: is it the setting, or luck?"
