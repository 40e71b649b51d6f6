"""The page of one neuron: pick a question, press Play, and follow every number of an update."""

from typing import cast

import streamlit as st

from playground.labs.neuron.config import LOSSES, NeuronConfig
from playground.pages.foot import Show, foot
from playground.pages.form import choice, control, form, heading
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
        "Is parity luck?",
        "Parity changes with every bit, and three hidden neurons are just enough. Of the seeds 0 to 9, 6 have all "
        "rows right after 2,000 updates; the others stay at mistakes. Press New weights to try the next one.",
        {"data": "parity", "hidden": 3},
    ),
    Question(
        "Where does learning go?",
        "A line y = wx + b has two numbers to learn, so its loss can be drawn over both: a bowl. The squares "
        "shrink while the point slides to its bottom. Then try a learning rate of 1.9, and one of 2.1.",
        {"data": "line", "batch_size": 8, "learning_rate": 0.1},
        more="At 1.9 it jumps from side to side and still gets there; at 2.1 it jumps out.",
    ),
    Question(
        "How do three neurons choose?",
        "Softmax turns three sums into shares p that add up to 1. Look at δ of the outputs in “Backward”: it is p − "
        "y, and y is 1 for the right class only. One sum is pushed up, two are pushed down.",
        {"data": "clouds", "loss": "cross_entropy", "batch_size": 1},
    ),
    Question(
        "Benign or malignant?",
        "569 real breast tumours by radius and smoothness. After 500 updates one neuron is right for 95.6% of them, "
        "from whatever weights it starts. Crosses are mistakes: the two kinds overlap, so no line gets all.",
        {"data": "tumours", "loss": "cross_entropy", "batch_size": 32, "learning_rate": 0.3},
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
    form(SESSION, {"Data and network": ("data", "hidden", "activation", "seed")})
    heading("Training")
    left, right = st.columns(2)
    config = cast(NeuronConfig, SESSION.channel().config)
    control(SESSION, "rule", left)
    choice(SESSION, "loss", {name: LOSSES[name] for name in config.table.losses}, right)
    control(SESSION, "optimizer", left)
    for name, place in (("learning_rate", right), ("batch_size", left)):
        control(SESSION, name, place)


_WORDS = (
    "A neuron adds up its weighted inputs. Press Play or Step and"
    " follow every number of an update: blue is +, orange −."
)
_LEGEND = (
    "The network and every number of its next update. A link is as wide as its weight is large, blue for +, orange "
    "for −. In a neuron each line is one input: its weight w, the gradient g of the loss, and −η g, which the update "
    "adds to w (Δw where an optimizer remembers more). Beside them stand the sum z, the value a and δ, the gradient "
    "at z. “Slow motion” shows how they come about, phase by phase. Press a weight, an input or a target to change "
    "it, or a row of the table to follow it through the network. Below: what an activation does, a gradient beside a "
    "finite difference, gradients to find yourself."
)
