"""The Why panel of the Playground: what each layer's gradient shows, and changes that were tried beforehand."""

import json
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future
from typing import Any

import streamlit as st

from playground.format import loss, percent, scaled
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.pages.session import PageSession, plain, redraw_if_changed

REFRESH_S = 1.0


@st.fragment(run_every=REFRESH_S)
def why_panel(session: PageSession) -> None:
    """Ask once the panel is opened, and again when a person wants it; the answer is computed in another process."""
    key, step = session.key("why_asked"), session.channel().value()[1]
    if key not in st.session_state:
        _ask(session)
    redraw_if_changed()
    if tried := st.session_state.pop(session.key("why_tried"), None):  # by now the run has the change
        session.channel().handle({"type": "reset"})
        st.session_state[key] = tried
    with st.container(border=True, key="why_card"):
        asked = st.session_state[key]
        if isinstance(asked, str):
            st.markdown(f"**{plain(asked)}**, from the same initial weights: press Play.")
        else:
            _answered(session, *asked)
        if isinstance(asked, str) or (asked[1].done() and step != asked[0]):
            st.button(f"Ask again, at step {step:,}", key="why_again", on_click=_ask, args=(session,))


def _answered(session: PageSession, step: int, answer: "Future[bytes]") -> None:
    if not answer.done():
        st.markdown(f":material/hourglass_top: Looking into step {step:,}, and trying changes from the same seed …")
        return
    try:
        _show(session, json.loads(answer.result()))
    except (ConfigError, CancelledError) as error:
        st.markdown(plain(str(error) or "The server has ended this; ask again."))


def _ask(session: PageSession) -> None:
    channel = session.channel()
    run, step = channel.value()
    asked: tuple[int, Future[bytes]] = step, channel.export(run, step, "why")
    st.session_state[session.key("why_asked")] = asked


def _show(session: PageSession, found: Mapping[str, Any]) -> None:
    """The answer: the evidence, the changes that help, and the layers."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        said = "; ".join(found["evidence"])
        if said:  # of a regression no cause is known
            st.markdown(f"**At step {found['step']:,}:** {plain(said)}.")
        own = "diverged" if found["loss"] is None else f"has a test loss of {loss(found['loss'])}"
        tried = f"after {found['tried']:,} updates"
        if found["offered"]:
            st.markdown(f"From the same seed this network {own} {tried}. What helped, by then:")
        else:
            names = ", ".join(each["words"] for each in found["refused"])
            st.markdown(
                f"From the same seed this network {own} {tried}. None of these did much better: {plain(names)}."
            )
        for each in found["offered"]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(f"Try {each['words']}", key=f"why_{each['words']}", on_click=_try, args=(session, each))
                st.markdown(f"test loss {loss(each['loss'])}", width="content")
    with right:
        st.markdown(_layers(found["layers"]))
        st.caption(
            "The gradient is how much a layer's weights are asked to change: its norm, over all training points. "
            "A layer whose gradient is a tiny share of the last one's hardly learns."
        )


def _layers(layers: list[dict[str, Any]]) -> str:
    """Returns the layers as a Markdown table."""
    state = next(name for name in layers[0] if name in ("dead", "saturated"))
    rows = [["layer", "gradient", f"{state} units"], ["---", "---:", "---:"]]
    for each in layers:
        norm = "not finite" if each["gradient"] is None else scaled(each["gradient"])
        rows.append([each["name"], norm, "–" if each[state] is None else percent(each[state])])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _try(session: PageSession, change: Mapping[str, Any]) -> None:
    """Make the change, and start over with it."""
    known = MLPConfig.settings()
    if session.change({name: known[name].kind.parse(text) for name, text in change["settings"].items()}):
        st.session_state[session.key("why_tried")] = change["words"]
