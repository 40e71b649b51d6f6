"""The first page: pick data and a network, press Play, watch it learn."""

from dataclasses import dataclass

import streamlit as st

from playground.kinds import Flag
from playground.labs.mlp.card import why_panel
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.controls import controls
from playground.labs.mlp.inspect import inspect
from playground.labs.mlp.learners_lines import HELP, learners_lines, learners_words
from playground.labs.mlp.questions import QUESTIONS
from playground.pages.foot import Own, Show, foot
from playground.pages.head import head
from playground.pages.session import PageSession
from playground.pages.stage import mount
from playground.settings import setting

LIVE_SETTINGS = tuple(name for name, known in MLPConfig.settings().items() if known.live)
ADVISED = ("dataset", "activation", "train_share")  # what the line of advice changes
STAGE_MAY_CHANGE = ("features", "hidden_sizes", "seed", "why", *ADVISED, *LIVE_SETTINGS)


@dataclass(frozen=True)
class MLPShow(Show):
    """Test points, a discretized output, Inspect and Why beside what every page can show; whether a run goes on with
    its weights when its settings change."""

    show_test: bool = setting(False, Flag(), "Test points")
    discretize: bool = setting(False, Flag(), "Discretize")
    inspect: bool = setting(False, Flag(), "Inspect")
    why: bool = setting(False, Flag(), "Why")
    learners: bool = setting(False, Flag(), "Other learners")
    keeps: bool = setting(False, Flag(), "Keep the weights")


SESSION = PageSession("mlp", MLPShow)


def mlp_page() -> None:
    """Draw the stage, the controls and the panels."""
    if not SESSION.begin():
        return
    show = SESSION.shown()
    head(SESSION, _WORDS, QUESTIONS)
    beside = {"learners": learners_lines(SESSION)} if show.learners else {}
    mount(SESSION, STAGE_MAY_CHANGE, show_test=show.show_test, discretize=show.discretize, **beside)
    with st.sidebar:
        controls(SESSION, QUESTIONS)
    own: dict[str, Own] = {
        "show_test": ("Also show the points that are not trained on.", None),
        "discretize": ("Show only which side of the boundary a point is on.", None),
        "learners": (HELP, lambda: learners_words(SESSION)),
        "inspect": (
            "Loss and accuracy curves, all weights; closer looks at answers, layers, two weights and other learners.",
            lambda: inspect(SESSION, _input_names),
        ),
        "why": (
            "Why it learns or does not: the gradient of each layer, and changes that were tried from the same seed.",
            lambda: why_panel(SESSION),
        ),
    }
    foot(SESSION, show, _LEGEND, own, compare={})


def _input_names(config: MLPConfig) -> list[str]:
    return [*map(config.input_label, config.inputs)]


_WORDS = (
    "A network learns to tell blue points from orange ones: press Play. "
    "Blue is +, orange −; a wide link is a large weight, a pale background an unsure answer."
)
_LEGEND = (
    "A link's colour is its weight's sign (blue +, orange −), its width the weight's size; a small square is a bias. "
    "Point at a neuron or the map to look closer. Press an input to use it or not; press a link, a square or "
    "a neuron to change its numbers; there you can also freeze it or its layer (blue frame) or set its output to 0."
)
