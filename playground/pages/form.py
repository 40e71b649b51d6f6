"""Any setting as its control: the kind of its value says which, the setting its words and the values it offers.

Streamlit's own menus can be typed into, but lose what stands before the cursor where that equals the present value:
``0.035`` becomes 5. So a menu here is only chosen from, and its last entry opens a field for any other value.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from playground.kinds import Choice, ConfigError, Flag, Integer, Names, Number, Share
from playground.pages.session import PageSession, toast
from playground.settings import Problem, Setting

RESTARTS = "↺ Starts a new run."
LIVE = "Applies while it trains."
OTHER = "Other…"


def form(session: PageSession, groups: Mapping[str, Sequence[str]]) -> None:
    """Controls in groups of a heading and the names of settings, two side by side."""
    for heading, names in groups.items():
        st.markdown(f"**{heading}**")
        for index, name in enumerate(names):
            if index % 2 == 0:
                places = st.columns(2) if len(names) > 1 else [st]
            control(session, name, places[index % 2])


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
    """The control of a setting in a container ``place``. A setting in which the run's networks differ is locked.

    ``usual`` are values to choose from, in place of the setting's own; ``zero`` is how 0 reads among them. ``about``
    is the help, in place of the setting's.
    """
    known, kind = setting_of(session, name), setting_of(session, name).kind
    label, help = label or known.label, about or said(known)
    locked = session.varies(name)
    offered = known.offered(session.channel().config) if usual is None else list(usual)
    if isinstance(kind, Choice):
        choice(session, name, kind.options, place, label=label)
    elif isinstance(kind, Names):
        place.multiselect(
            label, offered, key=name, format_func=lambda each: _label(kind.options, each), help=help, disabled=locked
        )
    elif isinstance(kind, Flag):
        place.toggle(label, key=name, help=help, disabled=locked)
    elif isinstance(kind, Share):
        place.slider(
            label, kind.low, kind.high, step=kind.step, format="percent", key=name, help=help, disabled=locked
        )
    elif offered or isinstance(kind, Number):  # Streamlit's own field for numbers reads 0,5 as 5
        _any_of(session, name, offered, place, label, help, lambda value: _written(known, value, zero))
    elif isinstance(kind, Integer):
        place.number_input(label, kind.low, kind.high, key=name, help=help, disabled=locked)
    else:
        place.text_input(label, key=name, help=help, disabled=locked)


def choice(session: PageSession, name: str, options: Mapping[str, Any], place: Any = st, *, label: str = "") -> None:
    """A menu of ``options``, which may be fewer than the setting has, with the formula of what is chosen."""
    known, chosen = setting_of(session, name), options.get(st.session_state[name])
    formula = getattr(chosen, "formula", "")
    place.selectbox(
        label or known.label,
        list(options),
        key=name,
        format_func=lambda each: _label(options, each),
        filter_mode=None,
        help=said(known, f"`{formula}`" if formula else ""),
        disabled=session.varies(name),
    )


def setting_of(session: PageSession, name: str) -> Setting:
    """What is known of a setting of the session's runs."""
    return session.channel().config.settings()[name]


def said(known: Setting, more: str = "") -> str:
    """The help of a control: what the setting is, and whether a change of it restarts the run."""
    return "  \n".join(line for line in (known.help, more, LIVE if known.live else RESTARTS) if line)


def _any_of(
    session: PageSession,
    name: str,
    offered: Sequence[Any],
    place: Any,
    label: str,
    help: str,
    written: Callable[[Any], str],
) -> None:
    """A menu of values whose last entry opens a field for any other."""
    present, is_typing = st.session_state[name], f"{name}_is_typed"
    values = [*offered] if present in offered else sorted([*offered, present], key=_order)
    with place.container():
        st.selectbox(
            label,
            [*values, OTHER],
            key=name,
            format_func=lambda value: value if value == OTHER else written(value),
            filter_mode=None,
            on_change=_choose,
            args=(session, name),
            help=f"{help}  \n“{OTHER}” takes any value.",
            disabled=session.varies(name),
        )
        if st.session_state.get(is_typing) and not session.varies(name):
            st.text_input(
                f"{label}: other",
                key=f"{name}_typed",
                label_visibility="collapsed",
                placeholder="Any value",
                on_change=_take_typed,
                args=(session, name),
            )


def _choose(session: PageSession, name: str) -> None:
    """Something was chosen in a menu. Its last entry changes nothing yet: it opens the field."""
    st.session_state[f"{name}_is_typed"] = is_other = st.session_state[name] == OTHER
    if is_other:
        st.session_state[name] = getattr(session.channel().config, name)
        st.session_state[f"{name}_typed"] = ""


def _take_typed(session: PageSession, name: str) -> None:
    """Take what was typed, and close the field; what cannot be read is said, and stays to be mended."""
    known, text = setting_of(session, name), st.session_state[f"{name}_typed"]
    if not text.strip():
        return
    try:
        st.session_state[name] = known.kind.parse(text)
    except ConfigError as error:
        toast(Problem(known.label, str(error)))
        return
    st.session_state[f"{name}_is_typed"] = False


def _label(options: Mapping[str, Any], name: str) -> str:
    return getattr(options.get(name), "label", name)


def _written(known: Setting, value: Any, zero: str) -> str:
    """A value as it stands in a menu: 0.03, 8-8-4."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    if isinstance(value, int | float):
        return f"{value:g}" if value else zero
    return known.kind.format(value)


def _order(value: Any) -> Any:
    """Numbers by size, lists of sizes by their length first."""
    return (len(value), value) if isinstance(value, tuple) else value
