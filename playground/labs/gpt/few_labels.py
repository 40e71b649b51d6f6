"""The Two stages area: accuracy by the number of labels, a line for each learner with a band for its draws."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.format import percent
from playground.labs.gpt.config import GPTConfig
from playground.labs.gpt.texts import CORPORA
from playground.pages.charts import MARKS, MUTED, SERIES
from playground.pages.computed import Order, computed_panel
from playground.pages.session import PageSession

LEARNERS = {"tuned": "fine-tuned", "scratch": "from scratch", "frozen": "linear layer alone"}
HEIGHT = 380
BAND = 0.15  # opacity

Found = Mapping[str, Any]


def few_labels_panel(session: PageSession) -> None:
    """A button, how far it is, and the curves; for a text without labels, which texts have some."""
    config = session.channel().config
    assert isinstance(config, GPTConfig)
    kinds = config.text.corpus.kinds
    if not kinds:
        known = " or ".join(each.label for each in CORPORA.values() if each.kinds)
        st.info(f"The lines of this text are of no kinds that one could learn to tell apart. Choose {known}.")
        return
    st.caption(
        f"First it read text that nobody labelled. Now it is to tell two kinds of lines apart, “{kinds[0]}” and "
        f"“{kinds[1]}”, from a few that are labelled. What does the reading help?"
    )
    computed_panel(
        session,
        "two_stages",
        label="Fine-tune with few labels",
        icon=":material/school:",
        help="The network of this moment, and beside it the same one from fresh weights, with 10 to 200 labelled "
        "lines drawn five times; in a process of its own. Your network goes on meanwhile.",
        words=lambda _, step: f"Fine-tuning the network of step {step:,}",
        draw=_shown,
    )


def _shown(order: Order) -> None:
    found = json.loads(order.made.result())
    figure = curves(found, st.context.theme.type or "light")
    st.plotly_chart(figure, key="gpt.few_labels", config={"displaylogo": False})
    st.caption(about(found))


def about(found: Found) -> str:
    """What the curves show, in words."""
    place = found["labels"].index(20) if 20 in found["labels"] else 0
    tuned, scratch, frozen = (_mean(found["accuracy"][name][place]) for name in LEARNERS)
    return (
        f"With {found['labels'][place]} labels the network of step {found['step']:,} gets {percent(tuned)} of "
        f"{found['test']} test lines right, the same one from fresh weights {percent(scratch)}, and a linear layer "
        f"on the network as it is {percent(frozen)}; a guess is right half of the time. Each learner makes "
        f"{found['updates']} updates. A line is the mean of {found['draws']} draws of the labelled lines, its band "
        "goes from the worst to the best."
    )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def curves(found: Found, theme: str = "light") -> Any:
    """The accuracy of all learners over a logarithmic number of labels."""
    from plotly.graph_objects import Figure  # here: a page without the curves does not load Plotly

    labels, lines = found["labels"], []
    for index, (name, label) in enumerate(LEARNERS.items()):
        rows, colour = found["accuracy"][name], SERIES[theme][index]
        means, low, high = [*map(_mean, rows)], [*map(min, rows)], [*map(max, rows)]
        same = {"legendgroup": name, "type": "scatter"}
        lines.append(
            {
                "x": [*labels, *reversed(labels)], "y": [*high, *reversed(low)], "mode": "lines", "fill": "toself",
                "fillcolor": colour, "opacity": BAND, "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False,
                **same,
            }
        )  # fmt: skip
        lines.append(
            {
                "x": labels, "y": means, "mode": "lines+markers", "name": label,
                "text": [f"{percent(least)} to {percent(most)}" for least, most in zip(low, high, strict=True)],
                "hovertemplate": "%{y:.1%} (%{text})", "line": {"color": colour, "width": 2},
                "marker": {"symbol": MARKS[index], "size": 8}, **same,
            }
        )  # fmt: skip
    lines.append(
        {
            "x": labels, "y": [0.5] * len(labels), "mode": "lines", "name": "guessing", "type": "scatter",
            "line": {"color": MUTED, "width": 1, "dash": "dot"}, "hoverinfo": "skip",
        }
    )  # fmt: skip
    layout = {
        "height": HEIGHT, "margin": {"t": 10, "r": 10, "b": 40, "l": 60}, "hovermode": "x unified",
        "uirevision": "few_labels", "legend": {"orientation": "h", "y": -0.2},
        "xaxis": {"type": "log", "title": "labelled lines", "tickvals": labels, "ticktext": [*map(str, labels)]},
        "yaxis": {"title": "test accuracy", "tickformat": ".0%", "range": [0.4, 1.02]},
    }  # fmt: skip
    return Figure(lines, layout)
