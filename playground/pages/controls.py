"""The controls of a run: data, network, training. Every page on points in the plane has them in its sidebar."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import streamlit as st

from playground.catalog import (
    ACTIVATIONS,
    BATCH_SIZES,
    DEVICES,
    INITIALIZERS,
    LEARNING_RATES,
    LOSSES,
    OPTIMIZERS,
    REGULARIZATION_RATES,
    Entry,
)
from playground.data.points import DATASETS, draw, train_size
from playground.pages.session import PageSession
from playground.pages.stage import picker
from playground.stream.hub import hub

RESTARTS = "↺ Starts a new run."
LIVE = "Applies while it trains."


@st.fragment
def controls(session: PageSession) -> None:
    """The settings of a run. A fragment, so that a change redraws them and nothing else, and is quick."""
    config = session.follow()
    st.markdown("**Data**")
    picker(
        key="picker",
        data={"options": _thumbnails(), "selected": config.dataset},
        on_dataset_change=_take_dataset,
    )
    left, right = st.columns(2)
    left.slider("Noise", 0.0, 0.5, step=0.01, format="percent", key="noise", help=_help(session, "noise"))
    right.slider(
        "Training share", 0.1, 0.9, step=0.05, format="percent", key="train_share", help=_help(session, "train_share")
    )
    st.markdown("**Network**")
    left, right = st.columns(2)
    _menu(session, left, "Activation", "activation", ACTIVATIONS)
    _menu(session, right, "Initial weights", "initializer", INITIALIZERS)
    st.markdown("**Training**")
    left, right = st.columns(2)
    _menu(session, left, "Optimizer", "optimizer", OPTIMIZERS)
    _menu(session, right, "Loss", "loss", {name: LOSSES[name] for name in config.losses()})
    _live_controls(session)
    with st.expander("Seeds and device"):
        most_seed = 2**31 - 1
        left, right = st.columns(2)
        left.number_input("Weights seed", 0, most_seed, key="seed", help=RESTARTS)
        right.number_input("Data seed", 0, most_seed, key="data_seed", help=_help(session, "data_seed"))
        _device_menu()


@st.fragment
def _live_controls(session: PageSession) -> None:
    """The settings that a run takes as it goes: the fewer are redrawn, the sooner the change is on the stage."""
    config = session.follow()
    left, right = st.columns(2)
    _scale(session, left, "Learning rate", "learning_rate", LEARNING_RATES)
    available = train_size(config.dataset, config.train_share)
    _scale(
        session, right, "Batch size", "batch_size", [size for size in BATCH_SIZES if size < available] + [available]
    )
    left, right = st.columns(2)
    _scale(session, left, "L1 rate", "l1_strength", REGULARIZATION_RATES)
    _scale(session, right, "L2 rate", "weight_decay", REGULARIZATION_RATES)


def _help(session: PageSession, name: str) -> str:
    """What a setting is, and whether a change of it restarts the run."""
    known = session.config_class.settings()[name]
    return f"{known.help}  \n{LIVE if known.live else RESTARTS}"


def _menu(session: PageSession, place: Any, label: str, name: str, options: Mapping[str, Entry]) -> None:
    formula = options[st.session_state[name]].formula if st.session_state[name] in options else ""
    place.selectbox(
        label,
        list(options),
        key=name,
        format_func=lambda key: options[key].label,
        help=f"{session.config_class.settings()[name].help}  \n`{formula}`  \n{RESTARTS}",
    )


def _device_menu() -> None:
    """The devices of this server by their names; a GPU is listed where there is one."""
    hardware = hub().devices
    usual = list(hardware.values())[-1]
    labels = {"auto": f"{DEVICES['auto'].label} ({usual})"} | {
        name: f"{DEVICES[name].label}: {model}" if model != DEVICES[name].label else model
        for name, model in hardware.items()
    }
    st.selectbox("Device", list(labels), key="device", format_func=labels.__getitem__, help=RESTARTS)


def _scale(session: PageSession, place: Any, label: str, name: str, steps: Sequence[float]) -> None:
    """A menu of usual numbers, in which any other can be typed."""

    def written(value: float | str) -> str:
        return value if isinstance(value, str) else f"{value:g}" if value else "off"

    place.selectbox(
        label,
        sorted({*steps, st.session_state[name]}),
        key=name,
        format_func=written,
        accept_new_options=True,
        help=f"{_help(session, name)} Type any number.",
    )


def _take_dataset() -> None:
    chosen = st.session_state.picker.get("dataset")
    if chosen in DATASETS:
        st.session_state.dataset = chosen


@cache
def _thumbnails() -> list[dict[str, Any]]:
    """Every dataset with some of its points, for the picker."""
    options = []
    for name, entry in DATASETS.items():
        split = draw(name, noise=0.0, train_share=0.5, data_seed=0)
        sample = [
            [round(float(v), 2) for v in (*point, label)]
            for point, label in zip(split.points[:160], split.labels[:160], strict=True)
        ]
        task = "regression" if entry.is_regression else "classification"
        kind = "regression" if entry.is_regression else f"{entry.classes} classes"
        options.append({"name": name, "label": entry.label, "task": task, "kind": kind, "points": sample})
    return options
