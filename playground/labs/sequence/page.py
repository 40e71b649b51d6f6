"""The page of the sequence lab: choose a shape and a cell, press Play, and see what the network remembers."""

from typing import Any

import streamlit as st

from playground.kinds import ConfigError
from playground.labs.sequence import own
from playground.labs.sequence.questions import QUESTIONS
from playground.labs.sequence.tasks import TASKS
from playground.pages.foot import Show, foot
from playground.pages.form import choice, form, heading, pairs
from playground.pages.head import follow_question, head
from playground.pages.session import PageSession, redraw_if_changed, settled
from playground.pages.stage import mount
from playground.settings import MOST_IN_ADDRESS

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
    redraw_if_changed()
    follow_question(SESSION, QUESTIONS)
    config: Any = SESSION.channel().config
    heading("Task")
    choice(SESSION, "task", TASKS, on_change=_suit_the_task)
    for name, has in (("length", config.what.length), ("mixed", config.what.mixes)):  # each as wide as its words
        pairs(SESSION, (name,) if has else ())
    _own()
    cell = ["cell", "hidden", "match"]
    if config.cell in ("lstm", "gru"):
        cell.append("forget_bias")
    if config.is_unaligned:
        cell.append("attention")
    training = ("optimizer", "learning_rate", "clip", "truncate", "batch_size", "seed")
    form(SESSION, {"Cell": tuple(cell), "Training": training})


def _suit_the_task() -> None:
    """Bring what a task needs when it is chosen, and what others need after it. What a person has set stays."""
    config: Any = SESSION.channel().config
    chosen = TASKS[settled("task")].suits
    before, after = ({**config.defaults(), **suits} for suits in (config.what.suits, chosen))
    names = [*dict.fromkeys([*config.what.suits, *chosen])]
    SESSION.change({name: after[name] for name in names if getattr(config, name) == before[name]})


def _own() -> None:
    """Fields for a series and a text of one's own. What is left or dropped there becomes the task."""
    with st.expander("Your own series or text"):
        st.text_area(
            f"Series: {own.LEAST} to {own.MOST:,} numbers",
            key=SESSION.key("series"),
            on_change=_take_series,
            help="Parted by spaces, commas or lines; kept with five significant digits. The last third tests.",
        )
        name = SESSION.key("csv")
        st.file_uploader(
            "or a CSV file: its first column of numbers", type=["csv", "txt"], key=name, on_change=_take_csv
        )
        st.text_area(
            f"Text: {own.LEAST} to {own.LONGEST:,} characters",
            key=SESSION.key("text"),
            on_change=_take_text,
            help="It stays in this run: in its address, its file and its link. The last third tests.",
        )

    config: Any = SESSION.channel().config
    if len(config.own) > MOST_IN_ADDRESS:
        st.caption("Your own is too long for a link: Share gives a run file, Runs keeps it.")


def _take_series() -> None:
    pasted = str(st.session_state[SESSION.key("series")])
    if pasted.strip():
        _learn(lambda: own.values_of(pasted))


def _take_csv() -> None:
    file = st.session_state[SESSION.key("csv")]
    if file is not None:
        _learn(lambda: own.values_of_csv(file.name, file.getvalue()))


def _learn(read: Any) -> None:
    """Learn from a series, its length as far as that allows. What cannot be used is named and changes nothing."""
    config: Any = SESSION.channel().config
    try:
        values = read()
        change = {"series": own.kept(values), "task": "own_series"}
    except ConfigError as error:
        st.toast(f"{error}.", icon=":material/warning:")
        return
    SESSION.change({**change, "length": min(max(config.length, 5), 60, len(values) // 3 - 1)})


def _take_text() -> None:
    lines = str(st.session_state[SESSION.key("text")]).replace(own.BREAK, " ").splitlines()
    text = own.BREAK.join("".join(filter(str.isprintable, line.replace("\t", " "))) for line in lines).strip(
        own.BREAK
    )
    if not text:
        return
    config: Any = SESSION.channel().config
    length = min(max(config.length, 5), 60, max(len(text) // 3 - 1, 5))
    problem = own.problem_of_text(text, length)
    if problem:
        st.toast(f"{problem[0].upper()}{problem[1:]}.", icon=":material/warning:")
    else:
        SESSION.change({"text": text, "task": "own_text", "length": length})


_WORDS = (
    "One network reads a sequence step by step and keeps a state. Press Play, then press a step to see its gates. "
    "Blue is above 0, orange below."
)
_LEGEND = (
    "Each column is one step: what is read, how far the answer would move with it (the gradient that reaches back), "
    "the gates, the cell state c of an LSTM, the hidden state h, and what is said. The diagrams above are the five "
    "shapes of one network: press one for a task that needs it. Drag over steps and open Units to see which units "
    "are on there. A clamped gate or a unit that is off also trains so, until it is freed."
)
