"""The controls of data, network and training, in the sidebar of every page on points in the plane."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import streamlit as st

from playground.catalog import ACTIVATIONS, DEVICES, LOSSES
from playground.data.points import CURVE_HEIGHT, DATASETS, USUAL_DATASETS, draw
from playground.data.tables import COMPONENTS, TABLES, Table
from playground.labs.mlp.config import MOST_DRAWN, MLPConfig
from playground.labs.mlp.network_settings import layer_names
from playground.labs.mlp.own_data import own_controls
from playground.labs.mlp.training_settings import ALONE
from playground.pages.form import RESTARTS, choice, control, effect, form, heading
from playground.pages.head import Question, follow_question
from playground.pages.session import PageSession
from playground.pages.stage import component
from playground.stream.hub import hub

_SPLIT = "The network learns from {train:,} points; the other {test:,}, the test set, only judge it."
_COMPONENTS = (
    "A principal component is seen from all {columns} columns, each scaled to mean 0 and variance 1: along it the "
    "rows vary most. The network gets what is on the two axes and nothing else, so the map shows all that it knows."
)

_ALL = (
    "All {columns} columns are inputs, each scaled to mean 0 and variance 1{drawn}. Training, losses and "
    "accuracies use all."
)
SEES_HELP = (
    "Two columns are the two axes of the map. Two principal components are sums of all columns, along which the rows "
    "vary most. With all columns the map is a slice through the space of all of them, along those two components. "
    "Try it on Tumours: with all columns 95.9% of the test points were right after 2,000 updates, with components "
    "93.6%, with two columns 89.5% (means of five seeds)."
)

picker = component("picker", "labs/mlp/stage/picker.js")


@st.fragment
def controls(session: PageSession, questions: Sequence[Question] = ()) -> None:
    """Draw the settings of a run. A fragment, so that a change redraws only them. ``questions`` are those of the
    page's head."""
    config = session.follow()
    follow_question(session, questions)
    if "keeps" in session.show.settings():
        keep_switch(session)
    data_and_network(session, config)
    heading("Training")
    left, right = st.columns(2)
    control(session, "optimizer", left)
    choice(session, "loss", {name: LOSSES[name] for name in config.losses()}, right)
    _live_controls(session, questions)
    seeds_and_device(session)


def keep_switch(session: PageSession) -> None:
    """Draw the switch that decides whether a change starts a new run, unless a link for a class hides it."""
    if session.hides("keeps"):
        return
    st.toggle(
        session.show.settings()["keeps"].label,
        key="keeps",
        disabled=session.is_locked("keeps"),
        help="On: a change of data, network or training goes on with the weights as they are, and a mark on the "
        "timeline says what it was. A new neuron begins without effect, an optimizer without memory. Off: such a "
        "change starts a new run. Try it in the middle of a run: add a neuron, change the data.",
    )
    if session.keeps:
        st.caption("Changes go on with the weights as they are.")
    session.shown()


def data_and_network(session: PageSession, config: MLPConfig) -> None:
    """Draw the upper part of the controls."""
    heading("Data")
    _pick(session, config, USUAL_DATASETS, "picker")
    left, right = st.columns(2)
    control(session, "noise", left)
    control(session, "train_share", right)
    st.caption(_SPLIT.format(train=config.train_size, test=config.data.size - config.train_size))
    others = tuple(name for name in DATASETS if name not in USUAL_DATASETS)
    with st.expander("More data", expanded=config.dataset in others):
        _pick(session, config, others, "more_picker")
        if config.table and not session.hides("table_columns"):
            _table_columns(session, config, config.table)
        if config.dataset == "curve":
            control(session, "curve")
        if config.dataset == "own":
            own_controls(session)
        if config.dataset != "own" or config.table:
            control(session, "points", zero="usual")
    form(session, {"Network": ("activation", "initializer")})
    if config.activations and not session.hides("activations"):
        names = layer_names(config.by_layer, len(config.hidden_sizes))
        st.caption(f"Activations layer by layer: {', '.join(ACTIVATIONS[name].label for name in names)}.")
    with st.expander("More of the network"):
        _activations(session, config)
        if "normalization" in config.settings():
            control(session, "normalization")
            control(session, "skips")
        control(session, "features", label="Inputs")
        if "own" in config.features:
            control(session, "formula")


def _activations(session: PageSession, config: MLPConfig) -> None:
    """Draw a menu of the activation of each hidden layer."""
    names = layer_names(config.by_layer, len(config.hidden_sizes))
    if session.hides("activations"):
        return

    def take() -> None:
        chosen = tuple(st.session_state[f"activation_{index}"] for index in range(len(names)))
        st.session_state.activations = () if set(chosen) == {st.session_state.activation} else chosen

    for index, name in enumerate(names):
        key = f"activation_{index}"
        st.session_state[key] = name
        st.selectbox(
            f"Activation of layer {index + 1}",
            list(ACTIVATIONS),
            key=key,
            format_func=lambda each: ACTIVATIONS[each].label,
            on_change=take,
            filter_mode=None,
            disabled=any(map(session.is_locked, ("activation", "activations", "hidden_sizes"))),
            help=f"What the neurons of this layer make of their sum z: `{ACTIVATIONS[name].formula}`  \n"
            f"{effect(session, session.channel().config.settings()['activations'])}",
        )


def structure(session: PageSession) -> None:
    """Draw the control of hidden layers, for pages without a drawn network to edit."""
    control(session, "hidden_sizes")


def seeds_and_device(session: PageSession) -> None:
    """Draw the last part of the controls, folded."""
    with st.expander("Seeds and device"):
        left, right = st.columns(2)
        control(session, "seed", left, label="Weights seed")
        control(session, "data_seed", right)
        control(session, "initial_scale")
        _device_menu(session)


@st.fragment
def _live_controls(session: PageSession, questions: Sequence[Question]) -> None:
    """Draw the live settings, in a fragment of their own: a small one is redrawn fast."""
    session.follow()
    follow_question(session, questions)
    left, right = st.columns(2)
    control(session, "learning_rate", left, zero="off")
    control(session, "batch_size", right)
    regularization(session)
    with st.expander("More training"):
        more_training(session, ("gradient_clip", "reshuffle", "schedule", "schedule_epochs", *ALONE))


def more_training(session: PageSession, names: Sequence[str]) -> None:
    """Draw what few need of the training; 0 reads as off."""
    known = session.channel().config.settings()
    for name in names:
        if name in known:
            control(session, name, zero="off")


def regularization(session: PageSession) -> None:
    """Draw L1 and L2 in a row, below them dropout."""
    left, right = st.columns(2)
    control(session, "l1_strength", left, label="L1 rate", zero="off")
    control(session, "weight_decay", right, label="L2 rate", zero="off")
    if "dropout" in session.channel().config.settings():
        control(session, "dropout")


def _device_menu(session: PageSession) -> None:
    """Draw a menu of this server's devices by their hardware's names."""
    if session.hides("device"):
        return
    hardware = hub().devices
    usual = list(hardware.values())[-1]
    labels = {"auto": f"{DEVICES['auto'].label} ({usual})"} | {
        name: f"{DEVICES[name].label}: {model}" if model != DEVICES[name].label else model
        for name, model in hardware.items()
    }
    st.selectbox(
        "Device",
        list(labels),
        key="device",
        format_func=labels.__getitem__,
        filter_mode=None,
        disabled=session.is_locked("device"),
        help=RESTARTS,
    )


def _pick(session: PageSession, config: MLPConfig, names: tuple[str, ...], key: str) -> None:
    """Draw the pictures of some datasets, to choose one; only that of the present one where it is locked."""
    if session.is_locked("dataset"):
        names = tuple(name for name in names if name == config.dataset and not session.hides("dataset"))
        if not names:
            return

    def take() -> None:
        chosen = st.session_state[key].get("dataset")
        if chosen in DATASETS:
            st.session_state.dataset = chosen
            before, after = (("x", "y"), ("x",)) if chosen == "curve" else (("x",), ("x", "y"))
            if tuple(st.session_state.features) == before and "curve" in (chosen, config.dataset):
                st.session_state.features = after  # a curve has no x₂
            if chosen in TABLES and tuple(st.session_state.table_columns) in {
                table.usual for table in TABLES.values()
            }:
                st.session_state.table_columns = TABLES[chosen].usual

    picker(key=key, data={"options": _thumbnails(names), "selected": config.dataset}, on_dataset_change=take)


SEES = {"two": "Two columns", "components": "Two principal components", "all": "All columns"}


def _table_columns(session: PageSession, config: MLPConfig, table: Table) -> None:
    """Draw what the network sees of a table: a choice, and the menus of two columns."""
    columns = len(table.columns)
    if not session.hides("all_columns"):
        _sees(session, config, table)
    if config.all_columns:
        drawn = f"; {MOST_DRAWN} of them are drawn" if columns > MOST_DRAWN else ""
        st.caption(_ALL.format(columns=columns, drawn=drawn))
        return

    def take() -> None:
        st.session_state.table_columns = st.session_state.column_x, st.session_state.column_y

    for key, label, column in zip(("column_x", "column_y"), ("x₁", "x₂"), config.table_columns, strict=True):
        st.session_state[key] = column
        st.selectbox(
            f"{label} is",
            [*table.numbers, *COMPONENTS],
            key=key,
            format_func=table.name_of,
            on_change=take,
            filter_mode=None,
            disabled=session.is_locked("table_columns"),
            help=f"The table's column on this axis, stretched from its least to its greatest value.  \n"
            f"{effect(session, config.settings()['table_columns'])}",
        )
    if set(config.table_columns) & set(COMPONENTS):
        st.caption(_COMPONENTS.format(columns=columns))


def _sees(session: PageSession, config: MLPConfig, table: Table) -> None:
    """Draw the choice of what the network sees of a table."""

    def take() -> None:
        chosen, columns = st.session_state.sees, tuple(config.table_columns)
        st.session_state.all_columns = chosen == "all"
        if chosen == "components":
            st.session_state.table_columns = COMPONENTS
        elif chosen == "two" and columns == COMPONENTS:
            st.session_state.table_columns = table.usual

    is_components = tuple(config.table_columns) == COMPONENTS
    st.session_state.sees = "all" if config.all_columns else "components" if is_components else "two"
    st.selectbox(
        "The network sees",
        list(SEES),
        key="sees",
        format_func=SEES.__getitem__,
        on_change=take,
        filter_mode=None,
        disabled=any(map(session.is_locked, ("all_columns", "table_columns"))),
        help=f"{SEES_HELP}  \n{effect(session, config.settings()['all_columns'])}",
    )


@cache
def _thumbnails(names: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    """Returns datasets with some of their points, for the picker; a tuple as ``pages/form.py`` says."""
    options = []
    for name in names:
        entry = DATASETS[name]
        split = draw(entry, noise=0.0, train_share=0.5, data_seed=0)
        points = split.points[:160]
        if entry.is_curve:
            points[:, 1] = CURVE_HEIGHT * split.labels[:160]
        sample = [
            [round(float(v), 2) for v in (*point, label)]
            for point, label in zip(points, split.labels[:160], strict=True)
        ]
        task = "regression" if entry.is_regression else "classification"
        kind = "regression" if entry.is_regression else f"{entry.classes} classes"
        options.append({"name": name, "label": entry.label, "task": task, "kind": kind, "points": sample})
    return tuple(options)
