"""Share a run by a link or a file, and open a shared run."""

import math
from typing import NamedTuple
from urllib.parse import urlsplit

import streamlit as st

from playground.export import file_name
from playground.kinds import ConfigError
from playground.lab import LABS, said
from playground.pages.head import held_words
from playground.pages.picture import source
from playground.pages.session import PageSession, plain
from playground.pages.stage import copied
from playground.run import Run, Snapshot
from playground.runs import link, runfile
from playground.stream.thumbnail import png

_SHARE_HELP = "A link, also as a QR code, that opens this run at this step with these weights, or at its start."
MOST_MB = math.ceil(runfile.MOST_BYTES / 2**20)
MOST_IN_QR = 1000  # characters: a code of 117 squares a side, the most that a phone reads from a projector
MOST_CHANGES = 3  # that are named
PICTURE_PX = 96
_NOW, _START = "now", "start"
_OWN_NAMES = ("localhost", "127.0.0.1", "::1")


class Shared(NamedTuple):
    """What is shared: a run, and the moment that its page showed."""

    run: Run
    moment: Snapshot


def share_and_open(session: PageSession) -> None:
    """The two buttons."""
    if st.button("Share", type="tertiary", icon=":material/link:", help=_SHARE_HELP):
        moment = session.inspect("thumbnail")
        _share(
            session,
            Shared(session.channel().value()[0], moment),
            st.session_state.get(session.key(link.EXERCISE), ""),
        )
    if st.button("Open file", type="tertiary", icon=":material/folder_open:", help="Open a run from its file."):
        st.session_state.pop("open_outcome", None)
        _open(session)
    if warning := st.session_state.pop("open_warning", None):
        st.toast(plain(warning), icon=":material/info:", duration="long")


@st.dialog("Share this run", width="large")
def _share(session: PageSession, shared: Shared, task: str) -> None:
    """What the link shows, what a person can add to it, and the link itself as text and as a QR code."""
    run, moment = shared
    left, right = st.columns([5, 3], gap="medium")
    with left:
        from_start = _begins_at_start(moment)
        _preview(shared, from_start)
        task = st.text_input(
            "Task, for whoever opens it (optional)", task, max_chars=link.TASK.most,
            placeholder="Find the smallest network that gets 95% right.",
            help="A sentence that stands on top of the page.",
        )  # fmt: skip
        presents = st.toggle("In presenter view", help="For a projector: large, with nothing but the run.")
        held = _hold(session)
    step = 0 if from_start else moment.step
    with right:  # in sight also while controls are chosen for a class
        query = link.query(run, step)
        if query is None:
            many = f"With {len(run.edits):,} changes this run is too long for a link."
            st.markdown(f"{many} Send the file; **Open file** reads it.")
        else:
            query = link.with_task(query, " ".join(task.split()), presents, held)
            address = f"{(st.context.url or '').partition('?')[0]}?{query}"
            copied(key="copied", data={"label": "Link", "text": address})
            if run.config.files():
                st.caption(_LINK_LACKS)
            if urlsplit(address).hostname in _OWN_NAMES:
                st.caption("This link works on this computer only. For others, open the page by its network address.")
            _qr(address)
        st.download_button(
            "Run file", runfile.write(run, step), file_name(run, step, "json"), "application/json",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        if not runfile.can_carry(run.config):
            st.caption("Your own data is too large for the run file, which only names it too.")


def _hold(session: PageSession) -> link.Held:
    """Ask which controls whoever opens the link cannot change, or does not see."""
    config, show = session.channel().config, session.show.settings()
    labels = {name: known.label for name, known in (config.settings() | show).items()}
    with st.expander("For a class: lock or hide controls", expanded=any(session.held)):
        locked = st.multiselect(
            "Locked", list(labels), [*session.held.locked], format_func=labels.__getitem__, placeholder="nothing",
            help="Whoever opens the link sees these controls, but cannot change them.",
        )  # fmt: skip
        hidden = st.multiselect(
            "Hidden", list(labels), [*session.held.hidden], format_func=labels.__getitem__, placeholder="nothing",
            help="Whoever opens the link does not see these controls. Their settings have the values that they have "
            "now.",
        )  # fmt: skip
        found = link.Held(tuple(locked), tuple(hidden))
        st.caption(plain(held_words(session, found) or "Settings keep the values that they have now.") + _NO_WALL)
    return found


_NO_WALL = " This is for guidance, not a wall: whoever edits the address has all controls."
_LINK_LACKS = (
    "The link does **not** hold your own data: it opens on this server only, as long as that keeps it. For "
    "anywhere else send the run file."
)


def _begins_at_start(moment: Snapshot) -> bool:
    """Ask where whoever opens the link begins. Returns whether that is the start."""
    if not moment.step:
        return True
    labels = {_NOW: f"From step {moment.step:,}", _START: "From the start"}
    chosen = st.segmented_control(
        "What the link opens", list(labels), default=_NOW, required=True, format_func=labels.__getitem__,
        label_visibility="collapsed",
    )  # fmt: skip
    return chosen == _START


def _preview(shared: Shared, from_start: bool) -> None:
    """What whoever opens the link sees."""
    run, moment = shared
    lab, config = LABS[run.lab], run.config
    settings = [config.words(name) for name in type(config).usual({}).changed(config)]
    words = ", ".join(settings) or "all settings as usual"
    edits = [
        f"{text} at step {edit.step:,}" for edit in run.edits if (text := run.config.edit_words(edit)) is not None
    ]
    numbers = ", ".join(said(lab.headline, moment.metrics))
    lines = [f"**{plain(lab.title)}**: {plain(words)}."]
    if from_start:
        lines.append("The network as it was before training.")
        changes = "Play makes the changes again" if edits else ""
    else:
        lines.append(f"Trained to **step {moment.step:,}**, with the same weights: {plain(numbers)}.")
        changes = "With the changes" if edits else ""
    if changes:
        more = ["…"] if len(edits) > MOST_CHANGES else []
        lines.append(f"{changes}: {plain('; '.join(edits[:MOST_CHANGES] + more))}.")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not from_start or not moment.step:
            st.html(
                f'<img src="{source(png(moment.arrays["thumbnail"], 2 * PICTURE_PX))}" alt="" '
                f'style="width: {PICTURE_PX / 16}rem; border-radius: .375rem; display: block">',
                width="content",
            )
        st.markdown("  \n".join(lines), width="stretch")


def _qr(address: str) -> None:
    """The address as a QR code, on white in both schemes, as phones want it."""
    if len(address) > MOST_IN_QR:
        st.caption("This link is too long for a QR code that a phone could read.")
        return
    import segno

    drawn = segno.make(address, error="l", micro=False, boost_error=False).svg_data_uri(border=3, light="#fff")
    style = "width: 100%; max-width: 20rem; border-radius: .375rem"
    st.html(f'<img src="{drawn}" alt="The link as a QR code" style="{style}">')


@st.dialog("Open a run")
def _open(session: PageSession) -> None:
    """Open a run file, whose run is computed again on the stage. A problem is reported, and the current run stays."""
    outcome = st.session_state.get("open_outcome")
    if outcome == "opened":
        st.rerun()
    st.file_uploader(
        "A run file (.json), as Share or Take home gives it",
        type="json", max_upload_size=MOST_MB, key="run_file", on_change=_take_file, args=(session,),
    )  # fmt: skip
    if outcome:
        st.error(plain(outcome))


def _take_file(session: PageSession) -> None:
    file = st.session_state.run_file
    if file is None:
        return
    try:
        run, step, warning = runfile.read(file.getvalue())
        session.open(run, step)
    except ConfigError as error:
        st.session_state.open_outcome = f"{file.name} cannot be opened. {error}"
        return
    st.session_state.open_outcome = "opened"
    st.session_state.open_warning = warning  # toasts of the dialog would vanish with it
