"""The Code area: the run as PyTorch code, always in step with it, and the run to take home. Costs nothing hidden."""

import difflib
import json
import re
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import streamlit as st

from playground.export import FORMS, exported, file_name, forms_of
from playground.kinds import ConfigError
from playground.pages.session import PageSession, plain
from playground.pages.stage import code, saver
from playground.run import Run
from playground.stream.channel import Channel
from playground.stream.hub import hub

REFRESH_S = 1.0
KEPT_S = 30.0  # time to keep a finished file after the run has advanced

SENSITIVITY = "sensitivity"
ANSWERS = (SENSITIVITY, "why")  # forms that are not files on this page: each is shown as text, elsewhere

Moment = tuple[Run, int]


@dataclass(slots=True)
class Order:
    """A requested form of the run at some step, in the making or done."""

    form: str
    moment: Moment
    file: Future[bytes]
    ticket: str = field(default_factory=lambda: secrets.token_hex(8))
    seen_at: float | None = None  # when the page noticed that it is done


@st.fragment(run_every=REFRESH_S)
def take_home_panel(session: PageSession) -> None:
    """Draw the run's PyTorch code with the last changes marked, and the buttons for its files."""
    channel = session.channel()
    run, step, metrics = channel.seen()
    moment = run, step
    text = exported(run, step, "script", shown=metrics).decode()
    shown = st.session_state.get(session.key("code_shown"), text)
    if (changed := _changed_lines(shown, text)) is not None:
        st.session_state[session.key("code_changed")] = changed
    st.session_state[session.key("code_shown")] = text
    order = _order(session, moment)
    is_busy = order is not None and not order.file.done()
    with st.container(horizontal=True, gap="small"):
        with (
            st.popover("Take home", icon="spinner" if is_busy else _SAVE, key="take_home"),
            st.container(gap="xsmall"),
        ):
            _forms(session, order, is_busy)
        _ask_sensitivity(session, order, is_busy)
        _made(order)
    if order is not None and order.form == SENSITIVITY and order.seen_at is not None:
        st.markdown(json.loads(order.file.result())["sentence"])
    if refused := st.session_state.get(session.key("refused")):
        st.error(plain(refused), icon=":material/error:")
    lines = {"text": text.rstrip("\n"), "changed": st.session_state.get(session.key("code_changed"), [])}
    code(key=session.key("code_lines"), data=lines)
    st.caption(_ABOUT)


_ABOUT = (
    "This file trains the same network, operation by operation, in plain PyTorch; its first lines say what it needs "
    "and how exactly it comes to the same numbers. It follows the controls."
)


# Take home


def _forms(session: PageSession, order: Order | None, is_busy: bool) -> None:
    """Draw a button for every form: text forms download at once, the others are made on request."""
    channel = session.channel()
    run = channel.value()[0]
    for name, form in forms_of(session.lab).items():
        if name in ANSWERS:
            continue
        place: Any = {"key": f"take_{name}", "help": form.help, "width": "stretch"}
        label = f"{form.label} :gray[.{form.extension}]"
        if not form.trains:
            content = partial(_now, channel, name)  # called without a session, at a step that no one knows now
            file = file_name(run, None, form.extension)
            st.download_button(label, content, file, form.mime, icon=_SAVE, on_click="ignore", **place)
        elif order is None or order.form != name:
            label = form.label if is_busy else label
            st.button(label, icon=_MAKE, on_click=_ask, args=(name, session), disabled=is_busy, **place)
        elif is_busy:
            st.button(f"{form.label}: computing the run again", icon="spinner", disabled=True, **place)
        else:
            st.button(form.label, icon=_DONE, disabled=True, **place)


def _ask_sensitivity(session: PageSession, order: Order | None, is_busy: bool) -> None:
    """Draw a button that computes the run's sensitivity in another process and shows it as a sentence."""
    is_ours = order is not None and order.form == SENSITIVITY
    st.button(
        "Computing the run again" if is_ours and is_busy else "How sensitive is this run?",
        icon="spinner" if is_ours and is_busy else ":material/ssid_chart:",
        key="ask_sensitivity", type="tertiary", help=FORMS[SENSITIVITY].help, disabled=is_busy,
        on_click=_ask, args=(SENSITIVITY, session),
    )  # fmt: skip


def _made(order: Order | None) -> None:
    """Save a finished file once. It is outside the menu, which may be closed by then."""
    is_made = order is not None and order.seen_at is not None and order.form != SENSITIVITY
    if order is not None and is_made:
        form = FORMS[order.form]
        label = f"{form.label} of step {order.moment[1]:,}"
        st.download_button(
            label, order.file.result(), file_name(*order.moment, form.extension), form.mime,
            key="made", icon=_DONE, on_click="ignore", type="tertiary",
        )  # fmt: skip
    saver(key="saver", data={"ticket": order.ticket if order and is_made else "", "button": ".st-key-made button"})


_SAVE, _MAKE, _DONE = ":material/download:", ":material/hourglass_empty:", ":material/check:"


def _now(channel: Channel, form: str) -> bytes:
    """Returns a text form of the run at the moment of the call."""
    run, step, metrics = channel.seen()
    return exported(run, step, form, shown=metrics)


def _ask(form: str, session: PageSession) -> None:
    """Start making a form of this moment in another process; the page checks for it every second."""
    moment = session.channel().value()
    st.session_state[session.key("refused")] = None
    st.session_state[session.key("order")] = Order(form, moment, hub().engine.export(*moment, form))


def _order(session: PageSession, moment: Moment) -> Order | None:
    """Returns this page's order if it is in the making, or done and still current."""
    order: Order | None = st.session_state.get(session.key("order"))
    if order is None or not order.file.done():
        return order
    order.seen_at = order.seen_at or time.monotonic()
    try:
        order.file.result()
        if order.moment == moment or time.monotonic() - order.seen_at < KEPT_S:
            return order
    except (ConfigError, CancelledError) as error:
        st.session_state[session.key("refused")] = str(error) or "The server has ended this; try again."
    st.session_state[session.key("order")] = None
    return None


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
