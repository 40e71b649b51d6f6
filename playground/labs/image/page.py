"""The page of the image lab: choose images and a network, press Play, look inside."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from playground.kinds import Flag
from playground.labs.image.config import DATASETS
from playground.labs.image.fan import more_data_panel
from playground.labs.image.images import OWN
from playground.labs.image.offer import own_images, take_fetched
from playground.labs.image.pads import pads_panel
from playground.labs.image.questions import QUESTIONS
from playground.pages.foot import Show, foot
from playground.pages.form import choice, form, heading, pairs
from playground.pages.head import follow_question, head
from playground.pages.session import PageSession
from playground.pages.stage import mount
from playground.settings import setting

STAGE_MAY_CHANGE = ("seed", "data_seed", "silent")


@dataclass(frozen=True)
class ImageShow(Show):
    """The studies beside what every page can show."""

    more_data: bool = setting(False, Flag(), "More data")
    pads: bool = setting(False, Flag(), "Three shift pads")


SESSION = PageSession("image", ImageShow)


def image_page() -> None:
    """The controls and the stage."""
    if not SESSION.begin():
        return
    show = SESSION.shown()
    head(SESSION, _WORDS, QUESTIONS)
    mount(SESSION, STAGE_MAY_CHANGE)
    with st.sidebar:
        _controls()
    more_data = "How right each learner is with more and more images.", lambda: more_data_panel(SESSION)
    pads = "Three networks on moved images, side by side.", lambda: pads_panel(SESSION)
    foot(
        SESSION,
        show,
        _LEGEND,
        own={"more_data": more_data, "pads": pads},
        compare={"of": "image", "varied": "images"},
    )


@st.fragment
def _controls() -> None:
    """The settings of a run. A fragment, so that a change redraws them and nothing else, and is quick."""
    take_fetched(SESSION)
    SESSION.follow()
    follow_question(SESSION, QUESTIONS)
    config: Any = SESSION.channel().config
    heading("Images")
    choice(SESSION, "dataset", {name: each for name, each in DATASETS.items() if name != OWN or config.own})
    split = ("split",) * (config.dataset not in ("shapes", OWN))
    pairs(SESSION, ("images", *split, *("planted",) * (config.dataset != OWN)))
    own_images(SESSION)
    form(SESSION, {"Network": ("architecture", "activation", *_parts(config.architecture))})
    form(SESSION, {"Training": ("optimizer", "learning_rate", "batch_size", "seed")})


def _parts(architecture: str) -> tuple[str, ...]:
    """The settings that an architecture has beside its activation."""
    if architecture == "cnn":
        return ("filters", "kernel", "stride", "padding", "pooling", "batch_norm", "head", "dense", "dropout")
    return ("pooling",) if architecture == "lenet" else ("last_activation",)


_WORDS = (
    "A network that learns to tell images apart. Press Play and see what every layer makes of one; draw your own and "
    "see what it takes it for. Blue is above 0, orange below."
)
_LEGEND = (
    "Blue is above 0, orange below. Press a test image to look at it, the star to keep it in sight. A map that is "
    "pressed tells how it came about; there it can be silenced too. Digits here are scikit-learn's: 8 × 8 numbers "
    "were measured, and enlarged to 28 × 28. Training accuracy is of as many training images as there "
    "are test images."
)
