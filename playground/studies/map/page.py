"""The page of the trainability map: which values of two quantities let networks learn."""

import streamlit as st

from playground.labs.mlp.controls import controls, structure
from playground.pages.form import control, heading
from playground.pages.head import head
from playground.pages.session import PageSession
from playground.pages.stage import mount
from playground.studies.map.config import QUANTITIES, MapConfig

CELLS = (4, 8, 12, 16, 24, 32)
SESSION = PageSession("map")


def map_page() -> None:
    """Draw the stage and the controls."""
    if not SESSION.begin():
        return
    head(SESSION, _WORDS)
    mount(SESSION, ("seed", "data_seed"))
    with st.sidebar:
        _axes()
        controls(SESSION)
    st.caption(_LEGEND)


_WORDS = (
    "Every cell is a network of its own, from the same seed: only what stands on the axes differs. Press Play: "
    "bright is a low test loss. Point at a cell to see what it has learned, press to keep it."
)
_LEGEND = (
    "The colour is the test loss that a network has now. A kept cell opens in the Playground as a run of its own: "
    "trained alone, its last bits differ, and where rates are high it may end elsewhere."
)


@st.fragment
def _axes() -> None:
    """Controls of the axes and the structure."""
    config = SESSION.follow()
    heading("Map")
    for side, text in (("across", "Left to right"), ("down", "Bottom to top")):
        st.selectbox(
            text,
            list(QUANTITIES),
            key=side,
            format_func=lambda name: QUANTITIES[name].label,
            help=MapConfig.settings()[side].help,
            on_change=_usual_ends,
            args=(side,),
        )
        quantity = QUANTITIES[getattr(config, side)]
        about = (
            f"An end of this axis. {quantity.label}: {quantity.low:g} to {quantity.high:g}"
            f"{', logarithmic' if quantity.is_log else ''}. Try a narrow range where colours change."
        )
        for place, end, name in zip(st.columns(2), ("from", "to"), ("From", "To"), strict=True):
            control(SESSION, f"{side}_{end}", place, label=name, usual=config.usual_ends(side), about=about)
    st.select_slider(
        "Networks along each axis", sorted({*CELLS, st.session_state.cells}), key="cells",
        help=MapConfig.settings()["cells"].help,
    )  # fmt: skip
    structure(SESSION)


def _usual_ends(side: str) -> None:
    """Give a newly chosen quantity its default range."""
    quantity = QUANTITIES[st.session_state[side]]
    st.session_state[f"{side}_from"], st.session_state[f"{side}_to"] = float(quantity.first), float(quantity.last)
