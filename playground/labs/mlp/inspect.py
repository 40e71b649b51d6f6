"""What Inspect shows beside the curves and the weights: the schedule of the learning rate, with the current place."""

from typing import Any

import streamlit as st

from playground.catalog import SCHEDULES
from playground.labs.mlp.config import MLPConfig
from playground.pages.charts import REFRESH_S, inspect_panel
from playground.pages.session import PageSession

POINTS = 200  # of the drawn schedule
ACCENT, MUTED = "#0877bd", "#8c929d"


def inspect(session: PageSession, input_names: Any) -> None:
    """Draw the panels."""
    inspect_panel(session, input_names)
    if session.channel().config.schedule != "constant":  # type: ignore[attr-defined]
        _schedule(session)


@st.fragment(run_every=REFRESH_S)
def _schedule(session: PageSession) -> None:
    config: Any = session.channel().config
    epoch = session.inspect().epoch
    label = SCHEDULES[config.schedule].label
    st.plotly_chart(schedule_figure(config, epoch), key=session.key("schedule"), config={"displaylogo": False})
    st.caption(
        f"{label}: the learning rate by epoch; the dot is now, **{config.rate_in(int(epoch)):.3g}**. "
        "Look for smaller steps of the loss where the rate is small."
    )


def schedule_figure(config: MLPConfig, epoch: float) -> Any:
    """The learning rate by epoch, with a dot at ``epoch``."""
    from plotly.graph_objects import Figure

    end = max(round(epoch * 1.2), 3 * config.schedule_epochs if config.schedule == "step" else config.schedule_epochs)
    epochs = sorted({round(end * place / POINTS) for place in range(POINTS + 1)})
    now = int(epoch)
    lines: list[dict[str, Any]] = [
        {"x": epochs, "y": [config.rate_in(each) for each in epochs], "mode": "lines", "name": "learning rate",
         "line": {"color": MUTED, "shape": "hv", "width": 2}},
        {"x": [now], "y": [config.rate_in(now)], "mode": "markers", "name": "now",
         "marker": {"color": ACCENT, "size": 11}},
    ]  # fmt: skip
    axes = {
        "xaxis": {"title": "epoch", "range": [0, end]},
        "yaxis": {"title": "learning rate", "rangemode": "tozero"},
    }
    return Figure(lines, {**axes, "height": 240, "margin": {"t": 10, "r": 10, "b": 40, "l": 60}, "showlegend": False})
