"""The page of one neuron: pick a question, press Play, and follow every number of an update."""

import streamlit as st

from playground.pages.foot import Show, foot
from playground.pages.form import form
from playground.pages.head import Question, follow_question, head
from playground.pages.session import PageSession
from playground.pages.stage import mount

STAGE_MAY_CHANGE = ("seed",)


QUESTIONS = (
    Question(
        "When is AND learned?",
        "One neuron draws one line. Look for the update after which no row is wrong, and see that the loss goes on "
        "falling: the outputs are on the right side long before they are near 0 and 1.",
        {},
    ),
    Question(
        "Why does it stop?",
        "The perceptron rule changes weights only after a mistake. Where a line can part the rows it makes a limited "
        "number of mistakes; then every change is 0, for good.",
        {"rule": "perceptron"},
    ),
    Question(
        "Why does XOR never end?",
        "No line parts the rows of XOR, so there is always a mistake. The weights are whole numbers and stay small: "
        "sooner or later they are where they were before, and go round in a circle.",
        {"data": "xor", "rule": "perceptron"},
    ),
    Question(
        "Why hidden neurons?",
        "Each hidden neuron draws a line of its own, and the output combines them: the boundary bends until XOR is "
        "right. Press New weights to see it bend another way.",
        {"data": "xor", "hidden": 3},
    ),
    Question(
        "Who has the majority?",
        "A 3-3-1 network learns that two of three are enough. Compare its weights from the three inputs: the inputs "
        "are alike, the hidden neurons need not be.",
        {"data": "majority", "hidden": 3},
    ),
    Question(
        "Is parity luck?",
        "Parity changes with every bit, and three hidden neurons are just enough. Of the seeds 0 to 9, 6 have all "
        "rows right after 2,000 updates; the others stay at mistakes. Press New weights to try the next one.",
        {"data": "parity", "hidden": 3},
    ),
)

SESSION = PageSession("neuron", Show)


def neuron_page() -> None:
    """The questions, the controls, and the stage."""
    if not SESSION.begin():
        return
    show = SESSION.shown()
    head(SESSION, _WORDS, QUESTIONS)
    mount(SESSION, STAGE_MAY_CHANGE)
    with st.sidebar:
        _controls()
    foot(SESSION, show, _LEGEND, compare={"of": "neuron"})


@st.fragment
def _controls() -> None:
    """The settings of a run. A fragment, so that a change redraws them and nothing else, and is quick."""
    SESSION.follow()
    follow_question(SESSION, QUESTIONS)
    form(
        SESSION,
        {
            "Data and network": ("data", "hidden", "activation", "seed"),
            "Training": ("rule", "loss", "learning_rate", "batch_size"),
        },
    )


_WORDS = (
    "A neuron adds up its weighted inputs. Press Play or Step and"
    " follow every number of an update: blue is +, orange −."
)
_LEGEND = (
    "The network and every number of its next update. A link is as wide as its weight is large, blue for +, orange "
    "for −. In a neuron each line is one input: its weight w, the gradient g of the loss, and −η g, which the update "
    "adds to w. Beside them stand the sum z, the value a and δ, the gradient at z. “Slow motion” shows how they come "
    "about, phase by phase. Click a weight to change it, or a row of the table to follow it through the network."
)
