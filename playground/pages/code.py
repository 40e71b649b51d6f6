"""The Code area: the run as PyTorch code, always in step with it. Costs nothing hidden."""

import difflib
import re
from collections.abc import Sequence

import streamlit as st

from playground.export import exported
from playground.pages.session import PageSession
from playground.pages.stage import code

REFRESH_S = 1.0


@st.fragment(run_every=REFRESH_S)
def code_panel(session: PageSession) -> None:
    """Draw the run's PyTorch code with the last changes marked."""
    run, step, metrics = session.channel().seen()
    text = exported(run, step, "script", shown=metrics).decode()
    shown = st.session_state.get(session.key("code_shown"), text)
    if (changed := _changed_lines(shown, text)) is not None:
        st.session_state[session.key("code_changed")] = changed
    st.session_state[session.key("code_shown")] = text
    lines = {"text": text.rstrip("\n"), "changed": st.session_state.get(session.key("code_changed"), [])}
    code(key=session.key("code_lines"), data=lines)
    st.caption(_ABOUT)


_ABOUT = (
    "This file trains the same network, operation by operation, in plain PyTorch; its first lines say what it needs "
    "and how exactly it comes to the same numbers. It follows the controls."
)


# What changed


_COUNTS = r"[\d,]+ updates|train\(\d+, \d+\)|loss [\d.]+"


def _changed_lines(before: str, after: str) -> list[int] | None:
    """Returns the indices of the new lines of ``after``; None where only the number of updates and the losses have
    changed."""
    old, new = (re.sub(_COUNTS, "", text).splitlines() for text in (before, after))
    if old == new:
        return None
    begin = _common(old, new)
    end = _common(old[begin:][::-1], new[begin:][::-1])  # what is left between them is short
    steps = difflib.SequenceMatcher(None, old[begin : len(old) - end], new[begin : len(new) - end], autojunk=False)
    return [
        line
        for tag, _, _, first, last in steps.get_opcodes()
        if tag in ("replace", "insert")
        for line in range(begin + first, begin + last)
        if new[line].strip()
    ]


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Returns the number of equal first lines."""
    return next((i for i, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), min(len(a), len(b)))
