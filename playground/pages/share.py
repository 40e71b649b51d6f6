"""Share a run by a link or a file, and open a shared run."""

import math

import streamlit as st

from playground.kinds import ConfigError
from playground.pages.session import PageSession, plain
from playground.run import Run
from playground.runs import link, runfile

_SHARE_HELP = "A link that opens this run at this step, with these weights."
MOST_MB = math.ceil(runfile.MOST_BYTES / 2**20)


def share_and_open(session: PageSession) -> None:
    """The two buttons."""
    if st.button("Share", type="tertiary", icon=":material/link:", help=_SHARE_HELP):
        _share(*session.channel().value())
    if st.button("Open file", type="tertiary", icon=":material/folder_open:", help="Open a run from its file."):
        st.session_state.pop("open_outcome", None)
        _open(session)
    if warning := st.session_state.pop("open_warning", None):
        st.toast(plain(warning), icon=":material/info:", duration="long")


@st.dialog("Share this run", width="medium")
def _share(run: Run, step: int) -> None:
    edits = sum(run.config.edit_words(edit) is not None for edit in run.edits)  # less what no person did
    content = f"the settings, the {edits} change{'s' * (edits != 1)} made on the way" if edits else "all settings"
    query = link.query(run, step)
    if query is None:
        st.markdown(
            f"With {len(run.edits):,} changes this run is too long for a link. Send the file; **Open file** reads it."
        )
    else:
        sees = f"Whoever opens this link sees this run at **step {step:,}**, with the same weights."
        st.markdown(f"{sees} It holds {content}.")
        st.code(f"{(st.context.url or '').partition('?')[0]}?{query}", language=None, wrap_lines=True)
    st.download_button(
        "Run file", runfile.write(run, step), "run.json", "application/json",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


@st.dialog("Open a run")
def _open(session: PageSession) -> None:
    """Open a run file, whose run is computed again on the stage. A problem is reported, and the current run stays."""
    outcome = st.session_state.get("open_outcome")
    if outcome == "opened":
        st.rerun()
    st.file_uploader(
        "A run file (run.json), as Share or Code gives it",
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
