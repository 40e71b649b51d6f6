"""The Code area: the run as PyTorch code, always in step with it, and the run to take home. Costs nothing hidden."""

import difflib
import re
from collections.abc import Callable

import streamlit as st

from playground.export.script import script
from playground.runfile import write
from playground.stream.channel import Channel

REFRESH_S = 1.0
HEIGHT_PX = 480
MOST_CHANGES = 4  # lines that are pointed out


@st.fragment(run_every=REFRESH_S)
def take_home_panel(find_channel: Callable[[], Channel]) -> None:
    """What this run looks like in PyTorch, with what changed last pointed out, and files of it."""
    run, step = find_channel().value()
    text = script(run, step)
    shown = st.session_state.get("code_shown")
    if shown is not None and (changes := _changed_lines(shown, text)):
        st.session_state.code_changes = changes
    st.session_state.code_shown = text
    files = {"Python script": ("run.py", text), "Run file": ("run.json", write(run, step))}
    with st.container(horizontal=True, gap="small"):
        for label, (name, content) in files.items():
            st.download_button(label, content, name, icon=":material/download:", on_click="ignore")
    changes = st.session_state.get("code_changes", ())
    st.caption("The last change:  \n" + "  \n".join(changes) if changes else _ABOUT)
    st.code(text, language="python", line_numbers=True, height=HEIGHT_PX)


_ABOUT = "This file trains the same network to the same losses, with numpy and torch alone. It follows the controls."


def _changed_lines(before: str, after: str) -> list[str]:
    """The lines that are new, as Markdown; the number of updates, which grows all the time, is not news."""
    old, new = (_without_steps(text).splitlines() for text in (before, after))
    found, lines = [], after.splitlines()
    for tag, _, _, first, last in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in ("replace", "insert"):
            found += [f"line {i + 1}: `{lines[i].strip()}`" for i in range(first, last) if new[i].strip()]
    return found[:MOST_CHANGES] + (["…"] if len(found) > MOST_CHANGES else [])


def _without_steps(text: str) -> str:
    return re.sub(r"[\d,]+ updates|range\(\d+\)", "", text)
