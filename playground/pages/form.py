"""Any setting as its control: the kind of its value says which, the setting its words and the values it offers.

Numbers and lists of them have a field of our own. Streamlit's menu loses what stands before the cursor where that
equals the present value, and its number field reads 0,5 as 5.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from playground.kinds import Choice, ConfigError, Flag, Integer, Names, Share, Text
from playground.pages.session import PageSession, toast
from playground.pages.stage import component
from playground.settings import Problem, Setting

RESTARTS = "↺ Starts a new run."
LIVE = "Applies while it trains."
HALF_CHARS = 14  # of a menu's words that are seen in half the sidebar
HALF_FLAG_CHARS = 9  # of those beside a switch and its help
KEEPS = "↻ Goes on with the weights as they are."

field = component("field", "stage/field.js")


def form(session: PageSession, groups: Mapping[str, Sequence[str]]) -> None:
    """Controls in groups of a heading and the names of settings, two side by side where they can be read so."""
    for text, names in groups.items():
        heading(text)
        pairs(session, names)


def pairs(session: PageSession, names: Sequence[str]) -> None:
    """Controls of settings without a heading; a single one takes the whole width."""
    names = [name for name in names if not session.hides(name)]
    for row in _paired(session, names):
        is_whole = len(names) == 1 or _is_wide(session, row[0])
        for name, place in zip(row, [st] if is_whole else st.columns(2), strict=False):
            control(session, name, place)


def _paired(session: PageSession, names: Sequence[str]) -> list[list[str]]:
    """Returns the names in rows of two; a wide control has a row of its own."""
    rows: list[list[str]] = []
    for name in names:
        is_beside = rows and len(rows[-1]) == 1 and not _is_wide(session, rows[-1][0])
        if is_beside and not _is_wide(session, name):
            rows[-1].append(name)
        else:
            rows.append([name])
    return rows


def _is_wide(session: PageSession, name: str) -> bool:
    """Whether a menu's words, or those beside a switch, would be cut in half the sidebar."""
    known = setting_of(session, name)
    kind = known.kind
    if isinstance(kind, Flag):
        return len(known.label) > HALF_FLAG_CHARS
    return isinstance(kind, Choice) and any(len(_label(kind.options, each)) > HALF_CHARS for each in kind.options)


def heading(text: str) -> None:
    """Draw the heading of a group of controls or of a part of the page: our own words, since they are not escaped."""
    st.html(f"<h2>{text}</h2>")


def control(
    session: PageSession,
    name: str,
    place: Any = st,
    *,
    label: str = "",
    usual: Sequence[Any] | None = None,
    zero: str = "0",
    about: str = "",
) -> None:
    """The control of a setting in a container ``place``. A setting in which the run's networks differ is locked,
    and so is one that a link for a class locks; one that it hides has no control.

    ``usual`` are values to choose from, in place of the setting's own; ``zero`` is how 0 or none reads among them.
    ``about`` is the help, in place of the setting's.
    """
    if session.hides(name):
        return
    known, kind = setting_of(session, name), setting_of(session, name).kind
    label, help = label or known.label, about or said(session, known)
    locked = session.is_locked(name)
    offered = known.offered(session.channel().config) if usual is None else list(usual)
    if isinstance(kind, Choice):
        choice(session, name, kind.options, place, label=label)
    elif isinstance(kind, Names):
        place.multiselect(
            label,
            offered,
            default=st.session_state[
                name
            ],  # else a browser that forgets it in a redraw would send that none is chosen
            key=name,
            format_func=lambda each: _label(kind.options, each),
            help=help,
            disabled=locked,
        )
    elif isinstance(kind, Flag):
        place.toggle(label, key=name, help=help, disabled=locked)
    elif isinstance(kind, Share):
        place.slider(
            label, kind.low, kind.high, step=kind.step, format="percent", key=name, help=help, disabled=locked
        )
    elif isinstance(kind, Text):
        place.text_input(label, key=name, help=help, disabled=locked)
    elif isinstance(kind, Integer) and not offered:
        place.number_input(label, kind.low, kind.high, key=name, help=help, disabled=locked)
    else:
        with place.container():
            _typed(session, name, offered, label, help, zero)


def choice(
    session: PageSession,
    name: str,
    options: Mapping[str, Any],
    place: Any = st,
    *,
    label: str = "",
    on_change: Callable[[], None] | None = None,
) -> None:
    """A menu of ``options``, which may be fewer than the setting has, with the formula of what is chosen."""
    if session.hides(name):
        return
    known, chosen = setting_of(session, name), options.get(st.session_state[name])
    formula = getattr(chosen, "formula", "")
    place.selectbox(
        label or known.label,
        list(options),
        key=name,
        format_func=lambda each: _label(options, each),
        filter_mode=None,
        on_change=on_change,
        help=said(session, known, f"`{formula}`" if formula else ""),
        disabled=session.is_locked(name),
    )


def setting_of(session: PageSession, name: str) -> Setting:
    """Returns a setting of the session's runs."""
    return session.channel().config.settings()[name]


def said(session: PageSession, known: Setting, more: str = "") -> str:
    """Returns the help of a control: the setting's own, and what a change does to the run."""
    return "  \n".join(line for line in (known.help, more, effect(session, known)) if line)


def effect(session: PageSession, known: Setting) -> str:
    """Returns what a change of a setting does to the run, in words."""
    return LIVE if known.live else KEEPS if known.goes_on and session.keeps else RESTARTS


def _typed(session: PageSession, name: str, offered: Sequence[Any], label: str, help: str, zero: str) -> None:
    """Draw a field in which a value is typed, or chosen from those ``offered``."""
    known, present, key = setting_of(session, name), st.session_state[name], f"field_{name}"
    values = [*offered] if present in offered else sorted([*offered, present], key=_order)
    field(
        key=key,
        data={
            "name": name,
            "label": label,
            "help": help.replace("  \n", "\n"),
            "value": known.kind.format(present),
            # A tuple: in a list Streamlit looks for a table, and loads pandas to know one.
            "options": tuple((_written(known, value, zero), known.kind.format(value)) for value in values),
            "refused": st.session_state.get(f"{key}_refused"),
            "answers": st.session_state.get(f"{key}_answers", 0),
            "live": known.live,
            "disabled": session.is_locked(name),
        },
        on_taken_change=lambda: _take(session, name, key),
    )


def _take(session: PageSession, name: str, key: str) -> None:
    """Take the entered or chosen value. An invalid one is reported, and stays in the field to be corrected."""
    known, text, refused = setting_of(session, name), str(st.session_state[key].get("taken")), None
    try:
        st.session_state[name] = known.kind.parse(text)
    except ConfigError as error:
        refused = text
        toast(Problem(known.label, str(error)))
    st.session_state[f"{key}_refused"] = refused
    st.session_state[f"{key}_answers"] = st.session_state.get(f"{key}_answers", 0) + 1


def _label(options: Mapping[str, Any], name: str) -> str:
    return getattr(options.get(name), "label", name)


def _written(known: Setting, value: Any, zero: str) -> str:
    """Returns a value for a menu: 0.03, 8-8-4."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    if isinstance(value, int | float | None):
        return f"{value:g}" if value else zero
    return known.kind.format(value)


def _order(value: Any) -> Any:
    """Returns a sort key: numbers by size, after none; lists of sizes by length first."""
    return (len(value), value) if isinstance(value, tuple) else -math.inf if value is None else value
