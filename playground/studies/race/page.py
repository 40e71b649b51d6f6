"""The page of the race: several optimizers train one network, shown over the loss on their principal plane."""

import streamlit as st

from playground.catalog import LOSSES
from playground.labs.mlp.controls import data_and_network, regularization, seeds_and_device, structure
from playground.pages.form import RESTARTS, choice, control, heading
from playground.pages.head import head
from playground.pages.session import PageSession
from playground.pages.stage import mount
from playground.studies.race.config import RACERS

SESSION = PageSession("race")
STAGE_MAY_CHANGE = ("seed", "data_seed")


def race_page() -> None:
    """Draw the stage and the controls."""
    if not SESSION.begin():
        return
    head(SESSION, _WORDS)
    mount(SESSION, STAGE_MAY_CHANGE)
    with st.sidebar:
        _controls()
    st.caption(_LEGEND)


_WORDS = (
    "Several optimizers train the same network from the same start. Press Play: which way down does each one take? "
    "Heights are its true training loss on the plane in which they moved most; a path shows who is above it."
)
_LEGEND = (
    "All have the same data, the same batches and the same initial weights. The plane lies through the network's "
    "parameters, along the first two principal components of the racers' paths. A racer is not in it, so that the "
    "loss of the plane where it is drawn differs from its own."
)


@st.fragment
def _controls() -> None:
    """Controls of the racers and their learning rates, then of the shared settings."""
    config = SESSION.follow()
    st.session_state.optimizers = list(config.optimizers)
    for name in set(RACERS) - set(config.optimizers):  # Streamlit drops the state of absent widgets
        st.session_state[f"{name}_learning_rate"] = getattr(config, f"{name}_learning_rate")
    heading("Race")
    st.pills(
        "Optimizers",
        list(RACERS),
        key="optimizers",
        selection_mode="multi",
        format_func=lambda name: RACERS[name].label,
        help=f"{config.settings()['optimizers'].help}  \n{RESTARTS}",
    )
    for index, name in enumerate(config.optimizers):
        if index % 2 == 0:
            columns = st.columns(2)
        control(SESSION, f"{name}_learning_rate", columns[index % 2], label=f"{RACERS[name].label} rate", zero="off")
    data_and_network(SESSION, config)
    structure(SESSION)
    heading("Training")
    left, right = st.columns(2)
    choice(SESSION, "loss", {name: LOSSES[name] for name in config.losses()}, left)
    control(SESSION, "batch_size", right)
    regularization(SESSION)
    control(SESSION, "gradient_clip", zero="off")
    seeds_and_device(SESSION)
