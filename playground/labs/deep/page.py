"""The page of deep networks: pick a question, press Play, and watch one network learn what the other cannot."""

from dataclasses import dataclass

import streamlit as st

from playground.kinds import Flag
from playground.labs.deep.bands import bands_panel
from playground.labs.deep.config import INTERVENTIONS
from playground.labs.deep.surfaces import landscape_panel
from playground.pages.foot import Show, foot
from playground.pages.form import form
from playground.pages.head import Question, follow_question, head
from playground.pages.session import PageSession
from playground.pages.stage import mount
from playground.settings import setting

STAGE_MAY_CHANGE = ("seed", "frozen", "zeroed", "cut")


@dataclass(frozen=True)
class DeepShow(Show):
    """The loss landscape, and the ladders over seeds, beside what every page can show."""

    bands: bool = setting(False, Flag(), "Over seeds")
    landscape: bool = setting(False, Flag(), "Loss landscape")


QUESTIONS = (
    Question(
        "Where does the gradient go?",
        "Twenty layers of sigmoids, twice. Without skips the gradient shrinks at every layer on its way back, and "
        "the first layers stay dark. Press Play: only with skips it learns.",
        {},
    ),
    Question(
        "Do more layers help?",
        "Forty layers of ReLUs: no gradient vanishes, and yet the network without skips trains worse than its own "
        "first 10 layers alone, the short control, and worse than with skips. That is degradation.",
        {"activation": "relu", "depth": 40, "prefix": 10, "learning_rate": 0.001},
        more="After 400 updates with each of the seeds 0 to 5 it has 58 to 72% of the training digits right, the "
        "two others have 92% or more. 0.001 is its best rate; at theirs, as Over seeds below shows, the others "
        "have 96%.",
    ),
    Question(
        "Can a layer be nothing?",
        "Train for some 300 updates and pause. Then press any layer from 2 to 19 and set its output to 0. With "
        "skips the layer becomes nothing: what goes in comes out, and the accuracy hardly moves. Without them "
        "nothing gets past it.",
        {"activation": "relu"},
        free=INTERVENTIONS,
    ),
    Question(
        "Does a norm do it too?",
        "Sigmoids again, now with batch norm: the gradient comes back to the first layer, and both networks learn. "
        "Then choose layer norm: without skips it stays dark.",
        {"normalization": "batch"},
        free=("normalization",),
        more="Batch norm spreads the examples apart in every layer; layer norm spreads the neurons, and the "
        "examples grow alike as before.",
    ),
    Question(
        "How large a start?",
        "Without skips every layer of ReLUs multiplies the size of the signal by the weight scale: 1 is the "
        "critical scale of Kaiming's draw. Change the weight scale before you press Play, and watch the signal grow "
        "or die from layer to layer.",
        {"activation": "relu", "depth": 40, "skip": "off", "learning_rate": 0.001},
        free=("initial_scale",),
    ),
    Question(
        "Where do spirals part?",
        "Press Look inside a layer, then Play, and walk through the layers: each bends the plane a little further, "
        "until a straight line parts the classes. The bars say how well one does at every layer.",
        {"dataset": "spiral", "activation": "relu", "depth": 8, "learning_rate": 0.01},
    ),
)

SESSION = PageSession("deep", DeepShow)


def deep_page() -> None:
    """The questions, the controls, and the stage."""
    if not SESSION.begin():
        return
    show = SESSION.shown()
    head(SESSION, _WORDS, QUESTIONS)
    mount(SESSION, STAGE_MAY_CHANGE)
    with st.sidebar:
        _controls()
    landscape = "The loss on planes through the weights, to turn and zoom.", lambda: landscape_panel(SESSION)
    bands = "The ladders as bands over five seeds, each network at its best rate.", lambda: bands_panel(SESSION)
    foot(SESSION, show, _LEGEND, own={"bands": bands, "landscape": landscape}, compare={"of": "deep"})


@st.fragment
def _controls() -> None:
    """The settings of a run. A fragment, so that a change redraws them and nothing else, and is quick."""
    SESSION.follow()
    follow_question(SESSION, QUESTIONS)
    form(
        SESSION,
        {
            "Data and networks": (
                "dataset",
                "skip",
                "depth",
                "width",
                "activation",
                "normalization",
                "branch",
                "prefix",
            ),
            "Weights": ("initializer", "initial_scale", "seed"),
            "Training": ("optimizer", "learning_rate", "batch_size"),
        },
    )


_WORDS = (
    "The same deep network with skip connections and without. "
    "Press Play and see which one’s gradient reaches the first layers."
)
_LEGEND = (
    "A box is a layer, from the input at the left to the output; an arc over it is a skip. It is lit by its relative "
    "gradient ‖g‖ / ‖W‖ in the next update: how large the gradient of its weights is beside them. Signal is the root "
    "mean square of what a layer gives on, the green part of it how far the examples differ there. Press a layer to "
    "freeze it, to set its output to 0 or to cut its skip."
)
