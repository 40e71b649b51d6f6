"""The labs side by side: what each shows, with a picture of a run that trains while the page is open."""

from html import escape

import streamlit as st

from playground.lab import LABS, Lab
from playground.pages.navigation import lab_page
from playground.pages.picture import source
from playground.stream.hub import hub

EVERY_S = 1.0
_INTRODUCTION = "Every picture is a small network that trains now, while you look. Open a lab to train your own."


def labs_page() -> None:
    """A card for each lab, in the groups of the navigation."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="page_head"):
        st.html("<h1>Labs</h1>", width="content")
        st.markdown(_INTRODUCTION, width="stretch")
    _cards()


@st.fragment(run_every=EVERY_S)
def _cards() -> None:
    for group, names in _groups().items():
        st.html(f"<h2>{escape(group)}</h2>")
        with st.grid(min_column_width=260, border=True, key=f"labs_{group}"):
            for name in names:
                with st.container(gap="small", key=f"lab_{name}"):
                    st.html(_picture(name, LABS[name]))
                    st.page_link(lab_page(name), label=f"**{LABS[name].title}**")
                    st.markdown(LABS[name].about)


def _groups() -> dict[str, list[str]]:
    """Returns the labs by the groups of the navigation; one without a group is a network's."""
    found: dict[str, list[str]] = {}
    for name, lab in LABS.items():
        found.setdefault(lab.group or "Networks", []).append(name)
    return found


def _picture(name: str, lab: Lab) -> str:
    """Draw the newest picture, or an empty box before the first."""
    picture = hub().gallery.picture(name)
    box = "width: 100%; aspect-ratio: 1; border-radius: 0.5rem; background: #8882;"
    if picture is None:
        return f'<div style="{box}"></div>'
    return f'<img style="{box}" src="{source(picture)}" alt="A run of {escape(lab.title)} in training">'
