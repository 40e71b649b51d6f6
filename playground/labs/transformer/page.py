"""The page of the Transformer: choose what is translated, press Play, and see where attention looks."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from playground.kinds import Flag
from playground.labs.transformer.beside import beside_panel
from playground.labs.transformer.questions import QUESTIONS
from playground.labs.transformer.tasks import TASKS
from playground.pages.foot import Show, foot
from playground.pages.form import control, form, heading
from playground.pages.head import follow_question, head
from playground.pages.session import PageSession
from playground.pages.stage import mount
from playground.settings import setting

STAGE_MAY_CHANGE = ("seed", "data_seed", "silent")


@dataclass(frozen=True)
class TransformerShow(Show):
    """Recurrent networks beside what every page can show."""

    recurrent: bool = setting(False, Flag(), "Recurrent")


SESSION = PageSession("transformer", TransformerShow)


def transformer_page() -> None:
    """The questions, the controls, and the stage."""
    if not SESSION.begin():
        return
    show = SESSION.shown()
    head(SESSION, _WORDS, QUESTIONS)
    mount(SESSION, STAGE_MAY_CHANGE)
    with st.sidebar:
        _controls()
    beside = "Recurrent networks on the same task: which learns sooner?", lambda: beside_panel(SESSION)
    foot(SESSION, show, _LEGEND, own={"recurrent": beside}, compare={"of": "transformer", "varied": "positions"})


@st.fragment
def _controls() -> None:
    """The settings of a run. A fragment, so that a change redraws them and nothing else, and is quick."""
    SESSION.follow()
    follow_question(SESSION, QUESTIONS)
    config: Any = SESSION.channel().config
    task = ["task", "target", "held_out"] if TASKS[config.task].has_target else ["task", "held_out"]
    form(SESSION, {"Translation": task})
    heading("On and off while it trains")
    for name in ("causal_mask", "add_positions", "cross_attention"):
        control(SESSION, name)
    form(
        SESSION,
        {
            "Network": ("encoder_layers", "decoder_layers", "width", "heads", "positions", "norm", "dropout"),
            "Training": ("optimizer", "learning_rate", "batch_size", "seed"),
        },
    )


_WORDS = (
    "A Transformer that learns to translate. Press Play and see cross-attention find the words that are translated; "
    "then type a source of your own."
)
_LEGEND = (
    "Above stand the words that are looked at, below those that the network writes; a line is as strong as the "
    "attention. In a square a row is a word that looks, a column one that is looked at, and a dot marks the true "
    "source words, which are known since the pairs are made by rules. Test pairs are never trained on."
)
