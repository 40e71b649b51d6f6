"""The controls of a person's own points: how many classes to paint with, and a CSV file of theirs."""

from functools import lru_cache
from typing import Any

import streamlit as st

from playground.data import csv_file
from playground.data.csv_file import Points, Table
from playground.data.files import SENT_MB
from playground.data.own import MOST_CLASSES, MOST_COLUMNS, own_columns, own_size
from playground.kinds import ConfigError
from playground.pages.form import effect
from playground.pages.session import PageSession, plain, redraw_if_changed
from playground.settings import MOST_IN_ADDRESS

_PAINT = (
    "Paint on the map: choose a class above it, then press or drag. The keys 1 to 6 choose too, Enter sets a point."
)
_MEANING = {0: "values from −1 to 1"}
_TYPES = ["csv", "tsv", "txt"]


def own_controls(session: PageSession) -> None:
    """Draw them, below the pictures of the datasets."""
    redraw_if_changed()
    config: Any = session.channel().config
    if session.hides("own"):
        return
    is_locked = session.is_locked("own")
    if session.lab == "mlp" and config.table is None and not is_locked:
        st.caption(_PAINT)
    if config.table is None:
        st.selectbox(
            "Points have",
            [*range(2, MOST_CLASSES + 1), 0],
            key="own_classes",
            format_func=lambda number: _MEANING.get(number, f"{number} classes"),
            filter_mode=None,
            disabled=is_locked or session.is_locked("own_classes"),
            help=f"What your points are: each of a class, or each with a value.  \n"
            f"{effect(session, config.settings()['own_classes'])}",
        )
    else:
        st.button(
            "Paint points in its place",
            icon=":material/brush:",
            width="stretch",
            disabled=is_locked,
            on_click=_paint,
            args=(session,),
        )
    if st.button("Bring a CSV file", icon=":material/upload_file:", width="stretch", disabled=is_locked):
        _bring(session)
    if len(config.own) > MOST_IN_ADDRESS:
        st.caption(
            f"{config.data.size:,} points are too many for the address: Share gives a run file, Runs keeps it."
        )


@st.dialog("Bring a CSV file")
def _bring(session: PageSession) -> None:
    """Read a file, and take two or more of its columns and a label."""
    if st.session_state.get("changed"):
        st.rerun()
    file = st.file_uploader(
        f"Two or more columns of numbers, and a label or a number to predict. At most {SENT_MB} MB.",
        type=_TYPES,
        max_upload_size=SENT_MB,
        key="csv_file",
    )
    if file is None:
        return
    try:
        table = _read(file.getvalue())
    except ConfigError as error:
        st.error(plain(f"{file.name} cannot be used: {error}."))
        return
    found = _chosen(table)
    if found is not None:
        st.button("Use these points", type="primary", on_click=_use, args=(session, found))


def _chosen(table: Table) -> Points | None:
    """Draw the menus of the columns. Returns the points, or None where they say why there are none."""
    numeric = [index for index, column in enumerate(table.columns) if column.is_numeric]
    if len(numeric) < 2:
        names = ", ".join(f"'{table.columns[index].name}'" for index in numeric) or "none"
        st.error(plain(f"Two columns of numbers are needed, for x₁ and x₂; columns of numbers: {names}."))
        return None
    every = range(len(table.columns))
    label = next((index for index in reversed(every) if index not in numeric), every[-1])

    def name(index: int) -> str:
        return table.columns[index].name

    what = st.selectbox("Label", every, index=label, format_func=name, filter_mode=None, help=_LABEL)
    inputs = st.multiselect(
        "Inputs",
        [index for index in numeric if index != what],
        default=[index for index in numeric if index != what][:MOST_COLUMNS],
        key=f"csv_inputs_{what}",
        format_func=name,
        max_selections=MOST_COLUMNS,
        help=_INPUTS,
    )
    try:
        found = csv_file.points(table, inputs, what)
    except ConfigError as error:
        st.error(plain(f"{error}."))
        return None
    kind = f"{found.classes} classes" if found.classes else "values to predict"
    columns = own_columns(found.text)
    seen = f" The network sees all {columns} columns; then you can choose two of them." if columns > 2 else ""
    st.markdown(f"**{own_size(found.text):,} points** with {kind}.{seen}")
    for sentence in found.left_out:
        st.caption(plain(sentence))
    return found


_LABEL = "What is to be learned: up to six different values are classes, more numbers are values to predict."
_INPUTS = (
    "The columns from which it is learned. Two are the two axes of the map, and you can paint more points. With more "
    "the network sees all of them, each scaled to mean 0 and variance 1, and the map is a slice through them."
)


@lru_cache(maxsize=4)
def _read(content: bytes) -> Table:
    return csv_file.read(content)


def _use(session: PageSession, found: Points) -> None:
    values = {
        "dataset": "own",
        "own": found.text,
        "own_classes": found.classes,
        "own_names": found.names,
        "table_columns": (1, 2),
        "all_columns": own_columns(found.text) > 2,
        "points": None,
    }
    session.change(values)


def _paint(session: PageSession) -> None:
    session.change({"own": "", "own_names": ""})
