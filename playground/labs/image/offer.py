"""Where a person brings images of their own: files, a ZIP, a folder, or a set that scikit-learn fetches."""

import time
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile

from playground.data import files
from playground.data.files import SENT_MB
from playground.kinds import ConfigError
from playground.labs.image.bring import MOST, MOST_MB, TYPES, brought
from playground.labs.image.fetch import LONGEST_S, SOURCES, begin, outcome
from playground.labs.image.images import OWN, set_of
from playground.pages.session import PageSession, plain, redraw_if_changed

REFRESH_S = 0.5
_ABOUT = (
    f"25 to {MOST:,} images of 2 to 10 classes, at most {SENT_MB} MB a file and {MOST_MB} MB in all. Each class "
    "is a folder with its name, or files that begin with it: cat-1.png, cat-2.png, dog-1.png. They become grey, "
    "28 × 28, and light on dark. This server keeps them under a name that nobody can guess; whoever has your run’s "
    "address sees them too."
)


def own_images(session: PageSession) -> None:
    """A popover to bring images, which says what was wrong with the last ones."""
    with st.popover("Bring your own images", icon=":material/upload:", width="stretch"):
        st.caption(_ABOUT)
        if problem := st.session_state.get(session.key("brought")):
            st.error(plain(problem), icon=":material/error:")
        if (fetching := st.session_state.get(session.key("fetching"))) is not None:
            _progress(*fetching)
        _from_files(session)
        _from_folder(session)
        _from_openml(session)
    redraw_if_changed()


def _from_files(session: PageSession) -> None:
    st.file_uploader(
        "Images, or a ZIP", type=["zip", *TYPES], accept_multiple_files=True, max_upload_size=SENT_MB,
        key=_key(session, "files"), on_change=_take, args=(session, "files"),
    )  # fmt: skip


def _from_folder(session: PageSession) -> None:
    st.file_uploader(
        "Or a folder", type=list(TYPES), accept_multiple_files="directory", max_upload_size=SENT_MB,
        key=_key(session, "folder"), on_change=_take, args=(session, "folder"),
    )  # fmt: skip


def _key(session: PageSession, name: str) -> str:
    """The key of an uploader, another one after each choice: the next choice begins with none of the former files."""
    return session.key(f"{name}_{st.session_state.get(session.key('choices'), 0)}")


def _take(session: PageSession, name: str) -> None:
    """Read what has been brought, and train on it. A problem is said, and the present run stays."""
    uploaded: list[Any] = st.session_state[_key(session, name)] or []
    if not uploaded:
        return
    st.session_state[session.key("choices")] = st.session_state.get(session.key("choices"), 0) + 1
    try:
        if lost := sum(isinstance(file, DeletedFile) for file in uploaded):
            raise ConfigError(f"{lost:,} of them did not arrive; together they may have {MOST_MB} MB")
        use(session, files.put(brought([(file.name, file.getvalue()) for file in uploaded]).packed()))
        st.session_state[session.key("brought")] = None
    except ConfigError as error:
        st.session_state[session.key("brought")] = f"{_named(uploaded)}: {error}."


def _from_openml(session: PageSession) -> None:
    """A button for each set that scikit-learn can fetch, and how long that goes on."""
    key = session.key("fetching")

    def ask(source: str) -> None:
        st.session_state[key] = source, begin(source), time.monotonic()

    is_busy = st.session_state.get(key) is not None
    st.caption("Or 10,000 images of a known set, which this server fetches from openml.org:")
    places = st.columns(len(SOURCES))
    for place, (name, source) in zip(places, SOURCES.items(), strict=True):
        place.button(
            source.title, key=session.key(f"fetch_{name}"), icon=":material/cloud_download:", width="stretch",
            on_click=ask, args=(name,), disabled=is_busy,
        )  # fmt: skip


@st.fragment(run_every=REFRESH_S)
def _progress(source: str, process: Any, began: float) -> None:
    """How long a set has been fetched; draws the page again at the end. Nobody says how much is to come."""
    if process.poll() is not None:
        st.rerun()
    st.progress(
        min((time.monotonic() - began) / LONGEST_S, 1.0),
        f"Fetching {SOURCES[source].title}: {time.monotonic() - began:.0f} s, at most {LONGEST_S:.0f} s",
    )


def take_fetched(session: PageSession) -> None:
    """Set the run to what has been fetched. Call it before the controls are drawn."""
    fetching = st.session_state.get(session.key("fetching"))
    if fetching is None or fetching[1].poll() is None:
        return
    del st.session_state[session.key("fetching")]
    try:
        use(session, outcome(fetching[1]))
        st.session_state[session.key("brought")] = None
    except ConfigError as error:
        st.session_state[session.key("brought")] = f"{error}."


def _named(uploaded: list[Any]) -> str:
    return (
        str(uploaded[0].name)
        if len(uploaded) == 1 and not isinstance(uploaded[0], DeletedFile)
        else f"{len(uploaded):,} files"
    )


def use(session: PageSession, name: str) -> None:
    """Set the page's run to the images that this server keeps as ``name``."""
    most = set_of(OWN, name).most
    session.change({"dataset": OWN, "own": name, "images": most, "planted": False, "batch_size": min(32, most)})
