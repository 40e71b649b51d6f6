"""The page of the GPT lab: choose a text, press Play, and read what the network writes."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from playground.kinds import Flag
from playground.labs.gpt.few_labels import few_labels_panel
from playground.labs.gpt.questions import QUESTIONS
from playground.labs.gpt.texts import BREAK, LEAST_OWN, MOST_OWN
from playground.pages.foot import Show, foot
from playground.pages.form import form
from playground.pages.head import follow_question, head
from playground.pages.session import PageSession
from playground.pages.stage import mount
from playground.settings import setting

STAGE_MAY_CHANGE = ("seed", "data_seed", "off", "banned")


@dataclass(frozen=True)
class GPTShow(Show):
    """The second stage beside what every page can show."""

    two_stages: bool = setting(False, Flag(), "Two stages")


SESSION = PageSession("gpt", GPTShow)


def gpt_page() -> None:
    """The controls and the stage."""
    if not SESSION.begin():
        return
    show = SESSION.shown()
    head(SESSION, _WORDS, QUESTIONS)
    mount(SESSION, STAGE_MAY_CHANGE)
    with st.sidebar:
        _controls()
    stages = "Fine-tune it to classify with few labels, as in GPT-1.", lambda: few_labels_panel(SESSION)
    foot(SESSION, show, _LEGEND, own={"two_stages": stages}, compare={"of": "gpt", "varied": "layers"})


@st.fragment
def _controls() -> None:
    """The settings of a run. A fragment, so that a change redraws them and nothing else, and is quick."""
    SESSION.follow()
    follow_question(SESSION, QUESTIONS)
    config: Any = SESSION.channel().config
    form(SESSION, {"Text": ("corpus",) if config.text.corpus.by_line else ("corpus", "context")})
    _paste()
    form(
        SESSION,
        {
            "Network": ("layers", "heads", "width", "positions", "norm", "dropout"),
            "Training": ("optimizer", "learning_rate", "batch_size", "seed"),
            "Interventions": ("off", "banned"),
        },
    )


def _paste() -> None:
    """A field for a text of one's own: it is taken, and becomes the text to learn from, when the field is left."""
    with st.expander("Your own text"):
        st.text_area(
            f"{LEAST_OWN} to {MOST_OWN:,} characters, at least two lines",
            key=SESSION.key("pasted"),
            height=160,
            on_change=_take,
            help="It stays in this run: in its address, its file and its link.",
        )


def _take() -> None:
    """Learn from the pasted text. Too long a text is refused in words; it stays in the field."""
    pasted = str(st.session_state[SESSION.key("pasted")])
    lines = [" ".join(line.split()) for line in pasted.splitlines() if line.strip()]
    own = BREAK.join("".join(filter(str.isprintable, line.replace(BREAK, " "))) for line in lines)
    if len(own) > MOST_OWN:
        st.toast(f"Your text has {len(own):,} characters; use at most {MOST_OWN:,}.", icon=":material/warning:")
    elif own:
        SESSION.change({"own": own, "corpus": "own"})


_WORDS = (
    "A small GPT learns to continue text, letter by letter. Press Play and read what it writes: letters become "
    "words, words become sentences."
)
_LEGEND = (
    "What it writes: always from the same prompt and with the same random numbers, so that what changes is the "
    "network. Underlined is the longest span copied from the training text. Press a letter to see which token the "
    "network expects after it, and press a head to see where it looks. The dotted lines of the loss are computed "
    "from the text: guessing, and tables that count single characters, pairs and triples. One nat is 1.44 bits."
)
