"""The page of the image lab: choose images and a network, press Play, look inside."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from playground.kinds import Flag
from playground.labs.image.questions import QUESTIONS
from playground.pages.form import form
from playground.pages.head import follow_question, head
from playground.pages.runs import runs_dialogs, runs_panel
from playground.pages.session import PageSession
from playground.pages.share import share_and_open
from playground.pages.stage import mount
from playground.pages.take_home import take_home_panel
from playground.settings import Settings, setting

STAGE_MAY_CHANGE = ("seed", "data_seed", "silent")


@dataclass(frozen=True)
class Show(Settings):
    """What of a run is shown: part of the page's address, but not of the run."""

    code: bool = setting(False, Flag(), "Code")
    runs: bool = setting(False, Flag(), "Runs")


SESSION = PageSession("image", Show)


def image_page() -> None:
    """The controls and the stage."""
    if not SESSION.begin():
        return
    show = SESSION.shown()
    head(SESSION, _WORDS, QUESTIONS)
    mount(SESSION, STAGE_MAY_CHANGE)
    with st.sidebar:
        _controls()
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.toggle("Code", key="code", help="This run in PyTorch, and files of it to take home.")
        st.toggle("Runs", key="runs", help="What you have trained before, to compare and to open again.")
        share_and_open(SESSION)
        address = "compare?" + urlencode({"of": "image", "varied": "images", **SESSION.channel().config.to_text()})
        st.link_button("Compare", address, type="tertiary", icon=":material/compare_arrows:", help=_COMPARE)
    st.caption(_LEGEND)
    if show.code:
        take_home_panel(SESSION)
    if show.runs:
        runs_dialogs()
        runs_panel(SESSION)


@st.fragment
def _controls() -> None:
    """The settings of a run. A fragment, so that a change redraws them and nothing else, and is quick."""
    SESSION.follow()
    follow_question(SESSION, QUESTIONS)
    config: Any = SESSION.channel().config
    data = ["dataset", "images", "planted"]
    if config.dataset != "shapes":
        data.insert(2, "split")
    form(SESSION, {"Images": data, "Network": ("architecture", "activation", *_parts(config.architecture))})
    form(SESSION, {"Training": ("optimizer", "learning_rate", "batch_size", "seed")})


def _parts(architecture: str) -> tuple[str, ...]:
    """The settings that an architecture has beside its activation."""
    if architecture == "cnn":
        return ("filters", "kernel", "stride", "padding", "pooling", "batch_norm", "head", "dense", "dropout")
    return ("pooling",) if architecture == "lenet" else ("last_activation",)


_WORDS = (
    "A network that learns to tell digits. Press Play and see what every layer makes of one; draw your own and see "
    "what it takes it for. Blue is above 0, orange below."
)
_COMPARE = "The same with many seeds, and one setting varied: does more data help, or another network?"
_LEGEND = (
    "Blue is above 0, orange below. Press a test image to look at it, the star to keep it in sight. A map that is "
    "pressed tells how it came about; there it can be silenced too. The digits are scikit-learn's: 8 × 8 numbers "
    "were measured, and enlarged to 28 × 28. Training accuracy is of as many training images as there "
    "are test images."
)
