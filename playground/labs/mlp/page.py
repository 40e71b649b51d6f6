"""The first page: pick data and a network, press Play, watch it learn."""

from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from playground.data.points import FEATURES
from playground.kinds import Flag
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.controls import controls
from playground.labs.mlp.questions import QUESTIONS
from playground.pages.charts import inspect_panel
from playground.pages.head import head
from playground.pages.runs import runs_dialogs, runs_panel
from playground.pages.session import PageSession
from playground.pages.share import share_and_open
from playground.pages.stage import mount
from playground.pages.take_home import take_home_panel
from playground.settings import Settings, setting

LIVE_SETTINGS = tuple(name for name, known in MLPConfig.settings().items() if known.live)
STAGE_MAY_CHANGE = ("features", "hidden_sizes", "seed", *LIVE_SETTINGS)


@dataclass(frozen=True)
class Show(Settings):
    """The visible parts of the page: in its address, but not part of the run."""

    show_test: bool = setting(False, Flag(), "Show test points")
    discretize: bool = setting(False, Flag(), "Discretize output")
    inspect: bool = setting(False, Flag(), "Inspect")
    code: bool = setting(False, Flag(), "Code")
    runs: bool = setting(False, Flag(), "Runs")


SESSION = PageSession("mlp", Show)


def mlp_page() -> None:
    """Draw the stage, the controls and the panels."""
    if not SESSION.begin():
        return
    show = SESSION.shown()
    head(SESSION, _WORDS, QUESTIONS)
    mount(SESSION, STAGE_MAY_CHANGE, show_test=show.show_test, discretize=show.discretize)
    with st.sidebar:
        controls(SESSION, QUESTIONS)
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.toggle("Test points", key="show_test", help="Also show the points that are not trained on.")
        st.toggle("Discretize", key="discretize", help="Show only which side of the boundary a point is on.")
        st.toggle("Inspect", key="inspect", help="Loss and accuracy curves and all weights, to hover and zoom.")
        st.toggle("Code", key="code", help="This run in PyTorch, and files of it to take home.")
        st.toggle("Runs", key="runs", help="What you have trained before, to compare and to open again.")
        share_and_open(SESSION)
        address = "compare?" + urlencode(SESSION.channel().config.to_text())
        st.link_button("Compare", address, type="tertiary", icon=":material/compare_arrows:", help=_COMPARE)
    st.caption(_LEGEND)
    if show.inspect:
        inspect_panel(SESSION, _input_names)
    if show.code:
        take_home_panel(SESSION)
    if show.runs:
        runs_dialogs()
        runs_panel(SESSION)


def _input_names(config: MLPConfig) -> list[str]:
    return [FEATURES[name].label for name in config.features]


_WORDS = (
    "A network learns to tell blue points from orange ones: press Play. "
    "Blue is +, orange −; a wide link is a large weight, a pale background an unsure answer."
)
_COMPARE = "The same settings with many seeds, and one of them varied: is it the setting, or luck?"
_LEGEND = (
    "A link's colour is its weight's sign (blue +, orange −), its width the weight's size; a small square is a bias. "
    "Point at a neuron or at the map to look closer. Click an input to use it or not; click a link, a square or "
    "a neuron to change its numbers."
)
