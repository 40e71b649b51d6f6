"""Two kept runs in a row, both live: to play, to go back in time, to examine."""

from collections.abc import Sequence

import streamlit as st

from playground.kinds import ConfigError
from playground.lab import FIRST, LABS
from playground.pages.session import plain
from playground.pages.stage import PICTURES
from playground.runs.store import Kept, StoreError
from playground.stream.channel import Channel
from playground.stream.hub import ServerFull, hub

WAIT_S = 0.5


def side_by_side_page() -> None:
    """Draw the two runs in the address, each with its own stage and channel."""
    st.html("<h1 style='font-size: 1.125rem; margin: 0; padding: 0'>Side by side</h1>")
    runs = dict.fromkeys(_named(part) for part in st.query_params.get("runs", "").split(",") if part)
    if len(runs) != 2:
        st.info("Tick two runs in the Runs area of the playground, then open them side by side.")
        return
    for place, (lab, kept_id) in zip(st.columns(2, gap="large"), runs, strict=True):
        with place:
            _one(lab, kept_id)


def address(kept: Sequence[Kept]) -> str:
    """Returns the address, relative to the app's, of two kept runs."""
    return "side-by-side?runs=" + ",".join(f"{each.run.lab}:{each.id}" for each in kept)


def _named(part: str) -> tuple[str, str]:
    """Returns the lab and the id of a kept run. Old links, from when there was one lab, contain no lab."""
    lab, _, kept_id = part.rpartition(":")
    return (lab if lab in LABS else FIRST), kept_id


def _one(lab: str, kept_id: str) -> None:
    try:
        token = st.session_state.get(kept_id) or hub().issue(lab)
    except ServerFull as full:
        st.info(str(full))
        return
    st.session_state[kept_id] = token
    channel = hub().channel(token, lab)
    if not channel.run_id:
        channel.configure(channel.config)
    _title(lab, kept_id, token)
    PICTURES[lab](
        key=f"stage_{kept_id}", data={"token": token, "show_test": False, "discretize": False, "fixed": True}
    )


@st.fragment(run_every=WAIT_S)
def _title(lab: str, kept_id: str, token: str) -> None:
    """Open the run once the stage has sent the user's id; then show its name."""
    channel = hub().channel(token, lab)
    title = st.session_state.get(f"title_{kept_id}") or _open(kept_id, channel)
    st.session_state[f"title_{kept_id}"] = title
    st.markdown(title or "…")


def _open(kept_id: str, channel: Channel) -> str | None:
    store, owner = hub().store, channel.keeper.owner
    if store is None or owner is None:
        return None if store else "This server keeps no runs."
    try:
        kept = store.get(owner, kept_id)
        if kept is None:
            return "There is no such run in the list of this browser. It may have been deleted."
        channel.open(kept.run, kept.step, kept.id)
    except (ConfigError, StoreError) as error:
        return plain(str(error))
    config = kept.run.config
    settings = [config.words(name) for name in type(config)().changed(config)]
    return f"**{plain(kept.title)}**  \n" + (plain(", ".join(settings)) or "all settings at their defaults")
