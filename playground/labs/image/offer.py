"""Where a person brings images of their own: a ZIP, or a folder."""

from typing import Any

import streamlit as st

from playground.data import files
from playground.kinds import ConfigError
from playground.labs.image.bring import MOST, MOST_MB, TYPES, brought
from playground.labs.image.images import OWN, set_of
from playground.labs.image.own import Pictures
from playground.pages.session import PageSession, plain, redraw_if_changed

_ABOUT = (
    f"A ZIP, or a folder, in which every class is a folder of its own: 25 to {MOST:,} images of 2 to 10 classes, at "
    f"most {MOST_MB} MB. They become grey, 28 × 28, and light on dark. This server keeps them under a name that nobody can guess; whoever has "
    "your run’s address sees them too."
)


def own_images(session: PageSession) -> None:
    """A popover to bring images, which says what was wrong with the last ones."""
    with st.popover("Bring your own images", icon=":material/upload:", width="stretch"):
        st.caption(_ABOUT)
        if problem := st.session_state.get(session.key("brought")):
            st.error(plain(problem), icon=":material/error:")
        _from_zip(session)
        _from_folder(session)
    redraw_if_changed()


def _from_zip(session: PageSession) -> None:
    st.file_uploader(
        "A ZIP of folders", type="zip", max_upload_size=MOST_MB, key=session.key("zip"),
        on_change=_take, args=(session, "zip"),
    )  # fmt: skip


def _from_folder(session: PageSession) -> None:
    st.file_uploader(
        "Or a folder of folders", type=list(TYPES), accept_multiple_files="directory", max_upload_size=MOST_MB,
        key=session.key("folder"), on_change=_take, args=(session, "folder"),
    )  # fmt: skip


def _take(session: PageSession, key: str) -> None:
    """Read what has been brought, and train on it. A problem is said, and the present run stays."""
    given: Any = st.session_state[session.key(key)]
    uploaded = given if isinstance(given, list) else [given] if given else []
    if not uploaded:
        return
    try:
        use(session, brought([(file.name, file.getvalue()) for file in uploaded]))
        st.session_state[session.key("brought")] = None
    except ConfigError as error:
        st.session_state[session.key("brought")] = f"{_named(uploaded)}: {error}."


def _named(uploaded: list[Any]) -> str:
    return str(uploaded[0].name) if len(uploaded) == 1 else f"{len(uploaded):,} files"


def use(session: PageSession, pictures: Pictures) -> None:
    """Keep the images and set the page's run to them. Raises ConfigError where this server cannot keep them."""
    name = files.put(pictures.packed())
    most = set_of(OWN, name).most
    session.change({"dataset": OWN, "own": name, "images": most, "planted": False, "batch_size": min(32, most)})
