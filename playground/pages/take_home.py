"""The Code area: the run as PyTorch code, always in step with it, and the run to take home. Costs nothing hidden."""

import difflib
import re
import secrets
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import streamlit as st

from playground.export import FORMS, exported
from playground.pages.stage import code, saver
from playground.run import Run
from playground.settings import ConfigError
from playground.stream.channel import Channel
from playground.stream.hub import hub

REFRESH_S = 1.0
KEPT_S = 30.0  # a finished file, once the run has gone on

Moment = tuple[Run, int]


@dataclass(slots=True)
class Order:
    """A form of the run at some step that a person has asked for, and that is made or was."""

    form: str
    moment: Moment
    file: Future[bytes]
    ticket: str = field(default_factory=lambda: secrets.token_hex(8))
    seen_at: float | None = None  # when the page saw that it is done


@st.fragment(run_every=REFRESH_S)
def take_home_panel(find_channel: Callable[[], Channel]) -> None:
    """What this run looks like in PyTorch, with what changed last marked, and files of it."""
    channel = find_channel()
    moment = channel.value()
    text = exported(*moment, "script").decode()
    shown = st.session_state.get("code_shown", text)
    if (changed := _changed_lines(shown, text)) is not None:
        st.session_state.code_changed = changed
    st.session_state.code_shown = text
    order = _order(moment)
    is_busy = order is not None and not order.file.done()
    with st.container(horizontal=True, gap="small"):
        with (
            st.popover("Take home", icon="spinner" if is_busy else _SAVE, key="take_home"),
            st.container(gap="xsmall"),
        ):
            _forms(channel, moment, order, is_busy)
        _made(order)
    code(key="code_lines", data={"text": text.rstrip("\n"), "changed": st.session_state.get("code_changed", [])})
    st.caption(_ABOUT)


_ABOUT = (
    "This file trains the same network, operation by operation, with numpy and torch alone; its first lines say how "
    "exactly it comes to the same numbers. It follows the controls."
)


# Take home


def _forms(channel: Channel, moment: Moment, order: Order | None, is_busy: bool) -> None:
    """A button for every form: those that are text are there at once, the others are made when they are asked for."""
    if refused := st.session_state.get("take_home_refused"):
        st.error(refused, icon=":material/error:")
    for name, form in FORMS.items():
        place: Any = {"key": f"take_{name}", "help": form.help, "width": "stretch"}
        file, label = f"run.{form.extension}", f"{form.label} :gray[.{form.extension}]"
        if not form.trains:
            content = partial(_now, channel, name)
            st.download_button(label, content, file, form.mime, icon=_SAVE, on_click="ignore", **place)
        elif order is None or order.form != name:
            label = form.label if is_busy else label
            st.button(label, icon=_MAKE, on_click=_ask, args=(name, channel), disabled=is_busy, **place)
        elif is_busy:
            st.button(f"{form.label}: computing the run again", icon="spinner", disabled=True, **place)
        else:
            st.button(form.label, icon=_DONE, disabled=True, **place)


def _made(order: Order | None) -> None:
    """The file that was made, which saves itself once; beside the menu, which may be closed by then."""
    is_made = order is not None and order.seen_at is not None
    if order is not None and is_made:
        form = FORMS[order.form]
        label = f"{form.label} of step {order.moment[1]:,}"
        st.download_button(
            label, order.file.result(), f"run.{form.extension}", form.mime,
            key="made", icon=_DONE, on_click="ignore", type="tertiary",
        )  # fmt: skip
    saver(key="saver", data={"ticket": order.ticket if order and is_made else "", "button": ".st-key-made button"})


_SAVE, _MAKE, _DONE = ":material/download:", ":material/hourglass_empty:", ":material/check:"


def _now(channel: Channel, form: str) -> bytes:
    """A form that is text, of the moment at which it is asked for."""
    return exported(*channel.value(), form)


def _ask(form: str, channel: Channel) -> None:
    """Begin to make a form of this moment, in another process; the page goes on, and looks again every second."""
    moment = channel.value()
    st.session_state.take_home_refused = None
    st.session_state.order = Order(form, moment, hub().engine.export(*moment, form))


def _order(moment: Moment) -> Order | None:
    """What this page has asked for, if it is under way, or done and still of use."""
    order: Order | None = st.session_state.get("order")
    if order is None or not order.file.done():
        return order
    order.seen_at = order.seen_at or time.monotonic()
    try:
        order.file.result()
        if order.moment == moment or time.monotonic() - order.seen_at < KEPT_S:
            return order
    except (ConfigError, CancelledError) as error:
        st.session_state.take_home_refused = str(error) or "The server has ended this; try again."
    st.session_state.order = None
    return None


# What changed


_COUNTS = r"[\d,]+ updates|train\(\d+, \d+\)|loss [\d.]+"


def _changed_lines(before: str, after: str) -> list[int] | None:
    """Which lines of ``after`` are new, from 0; None where nothing has changed but the number of updates and the
    losses, which change all the time and are not news."""
    old, new = (re.sub(_COUNTS, "", text).splitlines() for text in (before, after))
    if old == new:
        return None
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [
        line
        for tag, _, _, first, last in steps
        if tag in ("replace", "insert")
        for line in range(first, last)
        if new[line].strip()
    ]
