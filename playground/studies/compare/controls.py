"""The settings that all networks of a comparison have in common, for a lab that has no controls of its own here."""

from typing import Any

import streamlit as st

from playground.pages.session import PageSession
from playground.run import RunConfig
from playground.settings import Choice, Flag, Names


def shared_settings(session: PageSession, base: RunConfig) -> None:
    """Every setting of ``base`` as a menu of its usual values, in which a number may also be typed."""
    for name, each in base.settings().items():
        kind = each.kind
        common: dict[str, Any] = {"key": name, "help": each.help or None, "disabled": session.varies(name)}
        if isinstance(kind, Flag):
            st.toggle(each.label, **common)
        elif isinstance(kind, Names):
            st.multiselect(each.label, list(kind.options), format_func=_label(kind), **common)
        elif isinstance(kind, Choice):
            st.selectbox(each.label, list(kind.options), format_func=_label(kind), **common)
        else:
            offered = {*each.offered(base), st.session_state[name]}
            st.selectbox(
                each.label, sorted(offered, key=_order), accept_new_options=True, format_func=_written(kind), **common
            )


def _label(kind: Choice | Names) -> Any:
    return lambda name: getattr(kind.options[name], "label", name)


def _written(kind: Any) -> Any:
    return lambda value: value if isinstance(value, str) else kind.format(value) or "none"


def _order(value: Any) -> Any:
    return (len(value), value) if isinstance(value, tuple | list) else value
