"""Two kept runs beside each other, each live: to play, to drag back, to look into."""

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
    """The two runs that the address names, each with its lab; each has a stage, and a line to it, of its own."""
    st.html("<h1 style='font-size: 1.125rem; margin: 0; padding: 0'>Side by side</h1>")
    runs = dict.fromkeys(_named(part) for part in st.query_params.get("runs", "").split(",") if part)
    if len(runs) != 2:
        st.info("Tick two runs in the Runs area of the playground, then open them side by side.")
        return
    for place, (lab, kept_id) in zip(st.columns(2, gap="large"), runs, strict=True):
        with place:
            _one(lab, kept_id)


def address(kept: Sequence[Kept]) -> str:
    """The address, below the app's, of two kept runs beside each other."""
    return "side-by-side?runs=" + ",".join(f"{each.run.lab}:{each.id}" for each in kept)


def _named(part: str) -> tuple[str, str]:
    """The lab and the name of a kept run; links from when there was one lab name no lab."""
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
    """Opens the run as soon as the stage has said whose page this is; then tells which run it is."""
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
    return f"**{plain(kept.name)}**  \n" + (plain(", ".join(settings)) or "all settings at their defaults")
