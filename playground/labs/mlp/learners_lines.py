"""Other learners as lines in the live curves: computed beside the training, once for the same data."""

import json
from collections.abc import Mapping
from concurrent.futures import CancelledError
from typing import Any

import streamlit as st

from playground.catalog import LOSSES
from playground.engine import Making
from playground.format import loss, percent
from playground.kinds import ConfigError
from playground.pages.charts import REFRESH_S
from playground.pages.session import PageSession, plain

MOST_KEPT = 20  # results of a page
HELP = (
    "Thin dashed lines in the curves: what other learners make of the same points and inputs, on the test points. "
    "A majority vote, logistic (or ridge) regression, 5-NN and a support vector machine, from scikit-learn, computed "
    "once for the data, beside the training. Try it on Gaussian: is the network needed?"
)
_Made = dict[str, Making]


def learners_lines(session: PageSession) -> dict[str, Any] | None:
    """Returns the lines for the stage, and the data to which they belong, its scene's ``task_key``; None without."""
    config: Any = session.channel().config
    made = _made(session).get(config.task_key)
    if made is None or not made.done() or made.cancelled() or made.exception():
        return None
    return {"task_key": config.task_key, "lines": lines(json.loads(made.result()))}


def lines(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns the baselines of ``learners``' answer: each in the chart of a measure that is the network's too."""
    drawn = []
    for each in found["learners"]:
        label = each["name"].split(",")[0]
        if label != "mean":  # which the line of guessing is, but for chance
            drawn.append({"label": label, "value": each["test"], "axes": found["measure"]})
        if each.get("test_loss") is not None:
            drawn.append({"label": label, "value": each["test_loss"], "axes": "loss"})
    return drawn


@st.fragment(run_every=REFRESH_S)
def learners_words(session: PageSession) -> None:
    """Have the lines of the present data made, and say below the stage what they are."""
    channel = session.channel()
    config: Any = channel.config
    known = _made(session)
    if config.task_key not in known or known[config.task_key].is_stopped:  # with an earlier channel of this page
        while len(known) >= MOST_KEPT:
            del known[next(iter(known))]
        known[config.task_key] = channel.export(*channel.value(), "learners")
    made, shown = known[config.task_key], session.key("lines_shown")
    if not made.done():
        st.caption("Other learners: being trained, in a moment their lines are in the curves.")
        return
    try:
        found = json.loads(made.result())
    except (ConfigError, CancelledError) as error:
        st.caption(f"Other learners: {plain(str(error) or 'the server has ended this; switch it off and on.')}")
        return
    if st.session_state.get(shown) != config.task_key:
        st.session_state[shown] = config.task_key
        st.rerun()  # the stage gets them
    st.caption(words(found, LOSSES[config.loss].label))


def words(found: Mapping[str, Any], own_loss: str) -> str:
    """What the lines are, and why some are missing."""
    write = percent if found["measure"] == "accuracy" else loss
    listed = ", ".join(f"{each['name']} {write(each['test'])}" for each in found["learners"])
    said = f"Dashed in the curves of {found['measure']}, on the test points: {listed}."
    if found["measure"] == "loss":
        return f"{said} It is the same loss as the network's."
    with_loss = [each for each in found["learners"] if each.get("test_loss") is not None]
    if with_loss:
        names = ", ".join(f"{each['name']} {loss(each['test_loss'])}" for each in with_loss)
        return f"{said} In those of the loss: {names}. The others give a class and no probability, so no such loss."
    return f"{said} In those of the loss there is none: {own_loss.lower()} is not what they make small."


def _made(session: PageSession) -> _Made:
    made: _Made = st.session_state.setdefault(session.key("lines"), {})
    return made
