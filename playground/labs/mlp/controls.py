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
from playground.data.points import DATASETS, FEATURES, draw, train_size
from playground.labs.mlp.config import MLPConfig
from playground.pages.session import PageSession
from playground.pages.stage import component
from playground.stream.hub import hub

SHAPES = ((), (4,), (8,), (4, 2), (8, 8), (16, 16), (8, 8, 8), (8,) * 4, (8,) * 6)
RESTARTS = "↺ Starts a new run."
LIVE = "Applies while it trains."

picker = component("picker", "labs/mlp/stage/picker.js")


@st.fragment
def controls(session: PageSession) -> None:
    """The settings of a run. A fragment, so that a change redraws them and nothing else, and is quick."""
    config = session.follow()
    data_and_network(session, config)
    st.markdown("**Training**")
    left, right = st.columns(2)
    menu(session, left, "Optimizer", "optimizer", OPTIMIZERS)
    menu(session, right, "Loss", "loss", {name: LOSSES[name] for name in config.losses()})
    _live_controls(session)
    seeds_and_device(session)


def data_and_network(session: PageSession, config: MLPConfig) -> None:
    """The upper part of the controls."""
    st.markdown("**Data**")
    picker(
        key="picker",
        data={"options": _thumbnails(), "selected": config.dataset},
        on_dataset_change=_take_dataset,
    )
    left, right = st.columns(2)
    left.slider(
        "Noise", 0.0, 0.5, step=0.01, format="percent", key="noise", help=_help(session, "noise"),
        disabled=session.varies("noise"),
    )  # fmt: skip
    right.slider(
        "Training share", 0.1, 0.9, step=0.05, format="percent", key="train_share",
        help=_help(session, "train_share"), disabled=session.varies("train_share"),
    )  # fmt: skip
    st.markdown("**Network**")
    left, right = st.columns(2)
    menu(session, left, "Activation", "activation", ACTIVATIONS)
    menu(session, right, "Initial weights", "initializer", INITIALIZERS)


def structure(session: PageSession) -> None:
    """Hidden layers and inputs, where no network is drawn in which one could click them together."""
    sizes = st.session_state.hidden_sizes
    st.selectbox(
        "Hidden layers",
        sorted({*SHAPES, sizes}, key=lambda shape: (len(shape), shape)),
        key="hidden_sizes",
        format_func=lambda shape: shape if isinstance(shape, str) else "-".join(map(str, shape)) or "none",
        accept_new_options=True,
        help=f"Neurons in each hidden layer. Type any others: 8-8-4. {RESTARTS}",
        disabled=session.varies("hidden_sizes"),
    )
    st.multiselect(
        "Inputs",
        list(FEATURES),
        key="features",
        format_func=lambda name: FEATURES[name].label,
        help=f"What a network sees of a point. {RESTARTS}",
        disabled=session.varies("features"),
    )


def seeds_and_device(session: PageSession) -> None:
    """The last part of the controls, folded."""
    with st.expander("Seeds and device"):
        most_seed = 2**31 - 1
        left, right = st.columns(2)
        left.number_input("Weights seed", 0, most_seed, key="seed", help=RESTARTS)
        right.number_input("Data seed", 0, most_seed, key="data_seed", help=_help(session, "data_seed"))
        st.number_input(
            "Initial scale", 0.01, 100.0, step=0.1, key="initial_scale", help=_help(session, "initial_scale"),
            disabled=session.varies("initial_scale"),
        )  # fmt: skip
        _device_menu()


@st.fragment
def _live_controls(session: PageSession) -> None:
    """The settings that a run takes as it goes: the fewer are redrawn, the sooner the change is on the stage."""
    config = session.follow()
    left, right = st.columns(2)
    scale(session, left, "Learning rate", "learning_rate", LEARNING_RATES)
    scale(session, right, "Batch size", "batch_size", batch_sizes(config))
    regularization(session)


def batch_sizes(config: MLPConfig) -> list[int]:
    """The usual ones, and all training points at once."""
    available = train_size(config.dataset, config.train_share)
    return [size for size in BATCH_SIZES if size < available] + [available]


def regularization(session: PageSession) -> None:
    """L1 and L2 side by side."""
    left, right = st.columns(2)
    scale(session, left, "L1 rate", "l1_strength", REGULARIZATION_RATES)
    scale(session, right, "L2 rate", "weight_decay", REGULARIZATION_RATES)


def _help(session: PageSession, name: str) -> str:
    """What a setting is, and whether a change of it restarts the run."""
    known = session.config_class.settings()[name]
    return f"{known.help}  \n{LIVE if known.live else RESTARTS}"


def menu(session: PageSession, place: Any, label: str, name: str, options: Mapping[str, Entry]) -> None:
    """A menu of what the catalog lists, with the formula of what is chosen."""
    formula = options[st.session_state[name]].formula if st.session_state[name] in options else ""
    place.selectbox(
        label,
        list(options),
        key=name,
        format_func=lambda key: options[key].label,
        help=f"{session.config_class.settings()[name].help}  \n`{formula}`  \n{RESTARTS}",
        disabled=session.varies(name),
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


def scale(session: PageSession, place: Any, label: str, name: str, steps: Sequence[float]) -> None:
    """A menu of usual numbers for a setting that 0 switches off."""
    numbers(place, label, name, steps, _help(session, name), zero="off", disabled=session.varies(name))


def numbers(
    place: Any, label: str, name: str, usual: Sequence[float], about: str, *, zero: str = "0", disabled: bool = False
) -> None:
    """A menu of usual numbers, in which any other can be typed."""

    def written(value: float | str) -> str:
        return value if isinstance(value, str) else f"{value:g}" if value else zero

    place.selectbox(
        label,
        sorted({*usual, st.session_state[name]}),
        key=name,
        format_func=written,
        accept_new_options=True,
        help=f"{about} Type any number.",
        disabled=disabled,
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
