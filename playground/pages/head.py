"""The head of a page: its name, in a sentence what it is and what to do, and questions to start from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from playground.lab import LABS
from playground.pages.picture import source
from playground.pages.session import PageSession, plain, put, settled
from playground.runs.link import EXERCISE, Held

#: Settings that are not part of a question: seeds, the number of networks, the device.
_FREE = ("seed", "data_seed", "seeds", "device")


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG file: the run of a question after so many ``updates``."""

    path: Path
    updates: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question to start from: what to look for, and the settings that differ from the lab's usual ones.

    ``text`` stands on top, so it is short: what to do, and to look for. ``more``, what else was measured, stands
    below the picture. ``free`` are those that the text tells a person to change: it stays while they do.
    """

    title: str
    text: str
    settings: Mapping[str, Any]
    free: tuple[str, ...] = ()
    picture: Picture | None = None
    more: str = ""


CARDS = 4  # of the gallery in a row


def head(session: PageSession, words: str, questions: Sequence[Question] = ()) -> None:
    """The page's name and ``words``, or what to look for in the question that the settings ask. Call it first."""
    st.sidebar.empty()  # takes its room before the stage is painted, which would else shrink when the controls come
    session.follow()
    asked, key = _asked(session, questions), session.key("question")
    task, words_of_held = st.session_state.get(session.key(EXERCISE)), held_words(session)
    if task or words_of_held:
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="page_link"):
            if task:
                with st.container(key="page_task"):
                    st.markdown(f":material/assignment: **Task** {plain(task)}")
            if words_of_held:
                with st.container(key="page_held"):
                    st.markdown(f":material/lock: {plain(words_of_held)}")
    st.session_state[session.key("asked")] = asked
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="page_head"):
        st.html(f"<h1>{escape(LABS[session.lab].title)}</h1>", width="content")
        st.markdown(asked.text if asked else words, width="stretch")
        if questions:
            put(key, asked.title if asked else None)
            st.selectbox(
                "Start from a question",
                [each.title for each in questions],
                key=key,
                on_change=_ask,
                args=(session, questions),
                placeholder="Start from a question",
                label_visibility="collapsed",
                filter_mode=None,
                width=260,
            )
        if any(each.picture for each in questions) and st.button(
            "Pictures", type="tertiary", icon=":material/grid_view:", help="The questions to start from, as pictures."
        ):
            _gallery(session, questions)


@st.dialog("Start from a question", width="large")
def _gallery(session: PageSession, questions: Sequence[Question]) -> None:
    """Each question with a picture and the first sentence of what to look for."""
    if st.session_state.get("changed"):
        st.rerun()
    for row in range(0, len(questions), CARDS):
        for place, question in zip(st.columns(CARDS), questions[row : row + CARDS], strict=False):
            with place.container(border=True, height="stretch"):
                if question.picture:
                    picture = source(question.picture.path.read_bytes())
                    st.html(f'<img src="{picture}" alt="" style="width: 100%; max-width: 12rem">')
                st.markdown(f"**{question.title}**")
                st.caption(re.split(r"(?<=[^.]\.) ", question.text, maxsplit=1)[0])
                st.button(
                    "Start", key=session.key(f"start {question.title}"), on_click=_start, args=(session, question)
                )


def _start(session: PageSession, question: Question) -> None:
    session.start(settings_of(session, question))


def held_words(session: PageSession, held: Held | None = None) -> str:
    """Returns in words what is ``held``, by default what the page's link has locked and hidden; empty for nothing. A
    hidden setting's value is not told."""
    held = session.held if held is None else held
    config, show = session.channel().config, session.show.settings()
    locked = [show[name].label if name in show else config.words(name) for name in held.locked]
    hidden = [(show | config.settings())[name].label for name in held.hidden if name in show | config.settings()]
    parts = [f"{title}: {', '.join(names)}." for title, names in (("Locked", locked), ("Hidden", hidden)) if names]
    return " ".join(parts)


def more_of_question(session: PageSession) -> str:
    """Returns what else there is to say of the question that the page's head asks; empty for none."""
    asked: Question | None = st.session_state.get(session.key("asked"))
    return asked.more if asked else ""


def follow_question(session: PageSession, questions: Sequence[Question]) -> None:
    """Draw the page again if its settings match another question than its head shows. Call it in the fragment of the
    controls, since a change of a control redraws only that."""
    if _asked(session, questions) != st.session_state.get(session.key("asked")):
        st.rerun()


def settings_of(session: PageSession, question: Question) -> dict[str, Any]:
    """Returns all settings that a question determines, with defaults for those that it does not name."""
    usual = session.config_class.usual(question.settings)
    every = {name: getattr(usual, name) for name in usual.settings()} | dict(question.settings)
    return {name: value for name, value in every.items() if name not in _FREE}


def _asked(session: PageSession, questions: Sequence[Question]) -> Question | None:
    """Returns the question that the settings ask, else the last one while only what it leaves free is changed."""
    config, last = session.channel().config, st.session_state.get(session.key("asked"))
    stays = None
    for question in questions:
        wanted = settings_of(session, question)
        changed = {name for name, value in wanted.items() if getattr(config, name, None) != value}
        if not changed:
            return question
        if question == last and changed <= set(question.free):
            stays = question
    return stays


def _ask(session: PageSession, questions: Sequence[Question]) -> None:
    chosen = settled(session.key("question"))  # a stale message would ask the question that was just left once more
    for question in questions:
        if question.title == chosen:
            _start(session, question)
