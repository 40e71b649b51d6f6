"""The Two stages area: accuracy by the number of labels, a line for each learner with a band for its draws."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.format import percent
from playground.labs.gpt.config import GPTConfig
from playground.labs.gpt.texts import CORPORA
from playground.pages.banded import baseline, learner, mean, shares
from playground.pages.computed import Order, computed_panel
from playground.pages.session import PageSession

LEARNERS = {"tuned": "fine-tuned", "scratch": "from scratch", "frozen": "linear layer alone"}

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
        f"“{kinds[1]}”, from a few that are labelled. What does the reading help? {_MEASURED}"
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


_MEASURED = (
    "Toy sentences after 800 updates: with 20 labels 63 to 79% right, from fresh weights 54 to 66% (means of five "
    "draws; each of five networks gained). With 100 labels 87 to 99%, from fresh weights 64 to 83%."
)


def _shown(order: Order) -> None:
    found = json.loads(order.made.result())
    figure = curves(found, st.context.theme.type or "light")
    st.plotly_chart(figure, key="gpt.few_labels", config={"displaylogo": False})
    st.caption(about(found))


def about(found: Found) -> str:
    """What the curves show, in words."""
    place = found["labels"].index(20) if 20 in found["labels"] else 0
    tuned, scratch, frozen = (mean(found["accuracy"][name][place]) for name in LEARNERS)
    return (
        f"With {found['labels'][place]} labels the network of step {found['step']:,} gets {percent(tuned)} of "
        f"{found['test']} test lines right, the same one from fresh weights {percent(scratch)}, and a linear layer "
        f"on the network as it is {percent(frozen)}; a guess is right half of the time. Each learner makes "
        f"{found['updates']} updates. A line is the mean of {found['draws']} draws of the labelled lines, its band "
        "goes from the worst to the best."
    )


def curves(found: Found, theme: str = "light") -> Any:
    """The accuracy of all learners over a logarithmic number of labels."""
    labels, traces = found["labels"], []
    for index, (name, label) in enumerate(LEARNERS.items()):
        traces += learner(index, label, labels, found["accuracy"][name], theme)
    traces.append(baseline("guessing", labels, [0.5] * len(labels)))
    axis = {"type": "log", "title": "labelled lines", "tickvals": labels, "ticktext": [*map(str, labels)]}
    return shares(traces, "test accuracy", axis, low=0.4)
