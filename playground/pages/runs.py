"""The Runs area: the user's kept runs, to open again, to name, to compare."""

from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise
from typing import Any

import streamlit as st

from playground.kinds import ConfigError
from playground.lab import LABS, said
from playground.pages import side_by_side
from playground.pages.charts import overlay
from playground.pages.picture import source
from playground.pages.session import PageSession, plain
from playground.run import Run
from playground.runs.store import NAME_CHARACTERS, Kept, Store, StoreError
from playground.stream.hub import hub

REFRESH_S = 3.0
CARDS = 12  # shown at first, and again as many with each press of More
MOST_DIFFERENCES = 3
ACTIONS = ("Open", "Pin", "Unpin", "Rename", "Delete")


@st.fragment(run_every=REFRESH_S)
def runs_panel(session: PageSession) -> None:
    """Draw a card for every run of this user, and the curves of the selected ones."""
    store, owner = hub().store, session.channel().keeper.owner
    if store is None:
        st.caption("This server keeps no runs.")
        return
    if owner is None:  # the stage will soon send the user's id
        return
    try:
        kept = store.of(owner)
        lost = store.count(owner) - len(kept)
    except StoreError as error:
        st.error(plain(str(error)))
        return
    if lost > 0:
        which = "1 kept run" if lost == 1 else f"{lost} kept runs"
        st.caption(
            f"{which} cannot be read: damaged, or of another version of the playground. Nothing was deleted; the "
            "server's log says why."
        )
    elif not kept:
        st.caption("Nothing yet. Every run that you train is kept here, for this browser alone.")
    if not kept:
        return
    differences = _differences(kept)
    present = session.channel().keeper.kept_id
    with st.grid(min_column_width=270, border=True, key="run_cards"):
        for each in kept[: st.session_state.get("cards", CARDS)]:
            with st.container(gap="small"):
                _card(store, each, differences[each.id], each.id == present, session)
    if len(kept) > st.session_state.get("cards", CARDS):
        st.button(f"More of {len(kept)} runs", on_click=_more)
    _compare([each for each in kept if st.session_state.get(f"ticked_{each.id}")], differences)
    if "runs_dialog" in st.session_state or st.session_state.pop("runs_opened", False):
        st.rerun()


def runs_dialogs() -> None:
    """Draw the dialog that a card has requested. It is outside the panel, whose refreshing would close it."""
    verb, owner, run_id, name = st.session_state.pop("runs_dialog", ("", "", "", ""))
    if verb == "Rename":
        _rename(owner, run_id, name)
    elif verb == "Delete":
        _delete(owner, run_id, name)


def _card(store: Store, kept: Kept, difference: str, is_present: bool, session: PageSession) -> None:
    marks = "".join(
        f"<span>{word}</span>" for word, is_on in (("here", is_present), ("pinned", kept.pinned)) if is_on
    )
    numbers = escape(_numbers(kept))
    st.html(
        f'<div class="nn-kept"><img src="{source(kept.thumbnail)}" alt="">'
        f"<div><b>{escape(kept.title)}</b>{marks}<p>{numbers}</p><p>{escape(difference)}</p></div></div>{_CARD_STYLE}"
    )
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.checkbox("Curves", key=f"ticked_{kept.id}")
        actions = [action for action in ACTIONS if action != ("Pin" if kept.pinned else "Unpin")]
        st.menu_button(
            "Actions", actions, key=f"act_{kept.id}", type="tertiary",
            on_click=_act, args=(store, kept, session),
        )  # fmt: skip


def _act(store: Store, kept: Kept, session: PageSession) -> None:
    action = st.session_state[f"act_{kept.id}"]
    try:
        if action == "Open":
            session.open(kept.run, kept.step, kept.id)
            st.session_state.runs_opened = True
        elif action in ("Pin", "Unpin"):
            store.pin(kept.owner, kept.id, action == "Pin")
        else:
            st.session_state.runs_dialog = (action, kept.owner, kept.id, kept.title[:NAME_CHARACTERS])
    except (ConfigError, StoreError) as error:
        st.toast(plain(str(error)), icon=":material/warning:", duration="long")


@st.dialog("Rename the run")
def _rename(owner: str, run_id: str, name: str) -> None:
    wanted = st.text_input("Name", name, max_chars=NAME_CHARACTERS)
    if st.button("Rename", type="primary") or wanted != name:
        _done(lambda store: store.rename(owner, run_id, wanted))


@st.dialog("Delete the run?")
def _delete(owner: str, run_id: str, name: str) -> None:
    st.text(f"{name} cannot be brought back.")
    if st.button("Delete", type="primary"):
        _done(lambda store: store.delete(owner, run_id))


def _done(change: Callable[[Store], None]) -> None:
    store = hub().store
    assert store is not None
    try:
        change(store)
    except (ConfigError, StoreError) as error:
        st.error(plain(str(error)))
        return
    st.rerun()


def _more() -> None:
    st.session_state.cards = st.session_state.get("cards", CARDS) + CARDS


def _compare(ticked: list[Kept], differences: dict[str, str]) -> None:
    if not ticked:
        st.caption("Tick runs to lay their curves over each other; two of them also open side by side.")
        return
    names = [f"{each.title} ({differences[each.id]})" if differences[each.id] else each.title for each in ticked]
    labs = [LABS[each.run.lab] for each in ticked]
    lines = list(zip(names, labs, (each.curves for each in ticked), strict=True))
    figure = overlay(lines, st.context.theme.type or "light")
    st.plotly_chart(figure, key="overlay", config={"displaylogo": False})
    if len(ticked) == 2:
        st.link_button("Open both side by side", side_by_side.address(ticked), icon=":material/view_column_2:")


def _numbers(kept: Kept) -> str:
    """Returns a run's score and shares as text."""
    lab = LABS[kept.run.lab]
    metrics = [metric for metric in lab.headline if metric == lab.scored or metric.unit == "share"]
    return " · ".join([f"step {kept.step:,}", *said(metrics, kept.metrics)])


def _differences(kept: Sequence[Kept]) -> dict[str, str]:
    """Returns, by run id, the settings in which each run differs from the one before it."""
    ordered = sorted(kept, key=lambda each: each.number)
    found = {ordered[0].id: ""}
    for before, after in pairwise(ordered):
        found[after.id] = _difference(before.run, after.run)
    return found


def _difference(before: Run, after: Run) -> str:
    if before.lab != after.lab:
        return ""
    words = [after.config.words(name) for name in before.config.changed(after.config)]
    if not words:
        words = [
            f"{edit.target.replace('_', ' ')} {edit.value} at step {edit.step:,}"
            for edit in after.edits
            if edit not in before.edits and edit.target != "tier"
        ]
    more = ["…"] if len(words) > MOST_DIFFERENCES else []
    return ", ".join(words[:MOST_DIFFERENCES] + more) or "the same settings again"


_CARD_STYLE: Any = """
<style>
  .nn-kept { display: flex; gap: 0.75rem; align-items: flex-start; }
  .nn-kept img { width: 4rem; height: 4rem; border-radius: 0.25rem; flex: none; }
  .nn-kept > div { min-width: 0; overflow-wrap: anywhere; font-size: 0.875rem; line-height: 1.35; }
  .nn-kept p { margin: 0.15rem 0 0; opacity: 0.7; font-size: 0.8125rem; }
  .nn-kept span { margin-left: 0.5rem; font-size: 0.75rem; opacity: 0.7; font-style: italic; }
</style>
"""
