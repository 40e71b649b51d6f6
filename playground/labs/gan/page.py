"""The page of the GAN lab: choose data and players, press Play, watch fakes become like the data."""

from typing import Any

import streamlit as st

from playground.labs.gan.config import DIGITS, PENALIZED, GANConfig
from playground.labs.gan.data import SETS
from playground.labs.gan.questions import QUESTIONS
from playground.pages.foot import Show, foot
from playground.pages.form import choice, form, heading, pairs
from playground.pages.head import follow_question, head
from playground.pages.session import PageSession, redraw_if_changed, settled
from playground.pages.stage import mount

STAGE_MAY_CHANGE = ("seed", "data_seed", "plays", "dataset", "drawing")

SESSION = PageSession("gan", Show)


def gan_page() -> None:
    """The questions, the controls, and the stage."""
    if not SESSION.begin():
        return
    show = SESSION.shown()
    head(SESSION, _WORDS, QUESTIONS)
    mount(SESSION, STAGE_MAY_CHANGE)
    with st.sidebar:
        _controls()
    foot(SESSION, show, _LEGEND, compare={"of": "gan"})


@st.fragment
def _controls() -> None:
    """The settings of a run. A fragment, so that a change redraws them and nothing else, and is quick."""
    SESSION.follow()
    redraw_if_changed()
    follow_question(SESSION, QUESTIONS)
    config: Any = SESSION.channel().config
    game = ["loss", "plays", "generator_learning_rate", "discriminator_learning_rate"]
    game += ["generator_updates_per_round", "discriminator_updates_per_round"]
    if config.loss in PENALIZED:
        game.append("penalty")
    heading("Data")
    choice(SESSION, "dataset", SETS, on_change=_suit_the_data)
    pairs(SESSION, ("noise_size",))
    form(SESSION, {"The game": game})
    with st.expander("Players"):
        form(
            SESSION,
            {
                "Generator": _of("generator", "noise"),
                "Discriminator": _of("discriminator"),
                "Batches and seeds": ("batch_size", "seed", "data_seed"),
            },
        )


def _suit_the_data() -> None:
    """Bring what digits need when they are chosen, and what points need after them. What a person has set stays."""
    config: Any = SESSION.channel().config
    before, usual = (GANConfig.usual({"dataset": name}) for name in (config.dataset, settled("dataset")))
    kept = {name: getattr(usual, name) for name in DIGITS if getattr(config, name) == getattr(before, name)}
    SESSION.change({name: value for name, value in kept.items() if name != "dataset"})


def _of(player: str, *more: str) -> tuple[str, ...]:
    layers, activation, optimizer, norm = (
        f"{player}_{part}" for part in ("layers", "activation", "optimizer", "batch_norm")
    )
    return (layers, activation, optimizer, *more, norm)


_WORDS = (
    "The generator G turns noise into fakes; the discriminator D learns to tell them from real data, and its answer "
    "is all that G learns from. Press Play."
)
_LEGEND = (
    "On the plane grey dots are real, violet ones fakes of the same noise all the time. The map, and the frame of a "
    "digit, is what D believes: blue where real, orange where fake, of a WGAN's critic what is above or below the "
    "middle of its scores. Push arrows are "
    "−∂L_G/∂x, where the generator is told to move each fake, all to one scale. ∇D, the slope of the map, is short "
    "where D is sure, also where the push is strong. “Best D” is p / (p + q): p in closed form, q from 2,000 fakes, "
    "both blurred by 0.06. A step is one round; D's and G's updates are counted apart. Modes and distances are of "
    "1,000 fakes; with batch normalization, pictures and numbers use running means."
)
