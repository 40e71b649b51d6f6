"""The page of the sequence lab: choose a shape and a cell, press Play, and see what the network remembers."""

from typing import Any

import streamlit as st

from playground.labs.sequence.questions import QUESTIONS
from playground.pages.foot import Show, foot
from playground.pages.form import form
from playground.pages.head import follow_question, head
from playground.pages.session import PageSession
from playground.pages.stage import mount

STAGE_MAY_CHANGE = ("seed", "data_seed", "task", "attention", "zeroed", "clamped")

SESSION = PageSession("sequence", Show)


def sequence_page() -> None:
    """The questions, the controls, and the stage."""
    if not SESSION.begin():
        return
    show = SESSION.shown()
    head(SESSION, _WORDS, QUESTIONS)
    mount(SESSION, STAGE_MAY_CHANGE)
    with st.sidebar:
        _controls()
    foot(SESSION, show, _LEGEND, compare={"of": "sequence"})


@st.fragment
def _controls() -> None:
    """The settings of a run. A fragment, so that a change redraws them and nothing else, and is quick."""
    SESSION.follow()
    follow_question(SESSION, QUESTIONS)
    config: Any = SESSION.channel().config
    task = ("task", "length") if config.what.length else ("task",)
    cell = ["cell", "hidden", "match"]
    if config.cell in ("lstm", "gru"):
        cell.append("forget_bias")
    if config.is_unaligned:
        cell.append("attention")
    training = ("optimizer", "learning_rate", "clip", "truncate", "batch_size", "seed")
    form(SESSION, {"Task": task, "Cell": tuple(cell), "Training": training})


_WORDS = (
    "One network reads a sequence step by step and keeps a state. Press Play, then click a step to see its gates. "
    "Blue is above 0, orange below."
)
_LEGEND = (
    "Each column is one step: what is read, how far the answer would move with it (the gradient that reaches back), "
    "the gates, the cell state c of an LSTM, the hidden state h, and what is said. The diagrams above are the five "
    "shapes of one network: click one for a task that needs it."
)
