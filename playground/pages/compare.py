"""Compare variants over many seeds: what is typical, what is rare, what fails, and why."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground import memory
from playground.configs.compare import USUAL, VARIED, CompareConfig
from playground.configs.mlp import MLPConfig
from playground.pages.controls import controls
from playground.pages.session import PageSession, plain
from playground.pages.stage import comparison_stage, mount
from playground.run import Choice, Names, Sizes

REFRESH_S = 1.0
SEED_COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
UNDECIDED = "No difference"
SESSION = PageSession("compare")

_SPIRAL = {"dataset": "spiral", "features": ("x", "y", "sin_x", "sin_y"), "hidden_sizes": (8, 8)}
PRESETS: dict[str, dict[str, Any]] = {
    "Sigmoid or ReLU": {**_SPIRAL, "varied": "activation", "values": "sigmoid,relu", "learning_rate": 0.1},
    "Without or with a hidden layer": {"dataset": "xor", "varied": "hidden_sizes", "values": "/4"},
    "SGD or Adam": {**_SPIRAL, "varied": "optimizer", "values": "sgd,adam", "learning_rate": 0.01},
    "Too small, right, too large a learning rate": {
        **_SPIRAL, "varied": "learning_rate", "values": "0.0003,0.03,3",
    },
    "Without or with L2 on noisy data": {
        "dataset": "circle", "noise": 0.4, "train_share": 0.1, "hidden_sizes": (8, 8), "learning_rate": 0.1,
        "varied": "weight_decay", "values": "0,0.03",
    },
    "Xavier or zeros": {**_SPIRAL, "varied": "initializer", "values": "xavier,zeros", "activation": "tanh"},
}  # fmt: skip


def compare_page() -> None:
    """The variants, their stage, and what the numbers say."""
    if not SESSION.begin():
        return
    with st.sidebar:
        _variants()
        with st.expander("What all have in common", expanded=False):
            controls(SESSION)
    mount(SESSION, comparison_stage, show_test=False, discretize=False, fixed=True)
    _outcome()


@st.fragment
def _variants() -> None:
    """What varies, its values, and how many networks that makes."""
    st.markdown("**Compare**")
    st.selectbox(
        "Start from", list(PRESETS), index=None, placeholder="a question", key="preset", on_change=_take_preset
    )
    config = SESSION.follow()
    labels = {name: known.label for name, known in VARIED.items()}
    st.selectbox(
        "Varied setting", list(labels), key="varied", format_func=labels.__getitem__,
        on_change=_take_usual_values, help="In what the variants differ; all else is equal.",
    )  # fmt: skip
    kind = VARIED[config.varied].kind
    if isinstance(kind, Choice):
        st.session_state.chosen = [name for name in config.values.split(",") if name in kind.options]
        st.multiselect(
            "Variants", list(kind.options), key="chosen", max_selections=4, on_change=_take_chosen,
            format_func=lambda name: getattr(kind.options[name], "label", name),
        )  # fmt: skip
    else:
        st.text_input("Variants", key="values", help=CompareConfig.settings()["values"].help)
    left, right = st.columns(2)
    left.select_slider(
        "Seeds each", sorted({*SEED_COUNTS, config.seeds}), key="seeds", help=CompareConfig.settings()["seeds"].help
    )
    right.slider(
        "Target", 0.5, 1.0, step=0.01, format="percent", key="target_accuracy",
        help=CompareConfig.settings()["target_accuracy"].help,
    )  # fmt: skip
    count, need = len(config.members), memory.population_bytes(config.members) / 2**20
    st.caption(f"{count} networks in one batch, about {need:,.0f} MB.")


def _take_preset() -> None:
    chosen = PRESETS.get(st.session_state.preset or "")
    if chosen:
        usual = CompareConfig()
        SESSION.change({name: chosen.get(name, getattr(usual, name)) for name in CompareConfig.settings()})


def _take_usual_values() -> None:
    st.session_state["values"] = USUAL[st.session_state.varied]


def _take_chosen() -> None:
    if len(st.session_state.chosen) >= 2:
        st.session_state["values"] = ",".join(st.session_state.chosen)


# Predict, then reveal


def _ask_for_a_guess(config: CompareConfig, is_returning: bool | None) -> None:
    """Before the first Play one may say what will come; afterwards that stands beside what came. Who has been here
    before is asked only if they wish."""
    if is_returning is None:  # the stage says in a moment who it is
        return
    st.session_state.setdefault("guessing", not is_returning)
    if st.toggle("Guess first, then see", key="guessing"):
        goal = "have the smaller median loss" if config.is_regression else "reach the target more often"
        st.segmented_control(
            f"Before you press Play: which will {goal}?", [*config.variants, UNDECIDED],
            key="guess", on_change=_take_guess, args=(config,),
        )  # fmt: skip


def _take_guess(config: CompareConfig) -> None:
    st.session_state.guessed = config, st.session_state.guess


def _guess(config: CompareConfig) -> str | None:
    """What was guessed for this very comparison."""
    guessed, guess = st.session_state.get("guessed", (None, None))
    return guess if guessed == config else None


# What came of it


@st.fragment(run_every=REFRESH_S)
def _outcome() -> None:
    """The table, what it says in words, and why some failed."""
    channel = SESSION.channel()
    config, info = channel.config, channel.inspect("table").info
    assert isinstance(config, CompareConfig)
    found: Mapping[str, Any] = info["comparison"]
    if not found["epochs"]:
        _ask_for_a_guess(config, channel.keeper.returning)
        return
    if guess := _guess(config):
        st.markdown(f"You guessed: **{plain(guess)}**.")
    st.markdown(plain(found["sentence"]))
    st.markdown(_table(found))
    failures = info["failures"]
    if failures:
        st.markdown("**Why did some fail?**")
        with st.grid(min_column_width=280, border=True):
            for failure in failures:
                _failure(failure)


def _table(found: Mapping[str, Any]) -> str:
    """The summaries as a Markdown table."""
    is_share = found["score"] == "test_accuracy"
    name = "test accuracy" if is_share else "test loss"
    head = ["", f"median {name}", "quartiles", "worst", "reached the target", "epochs to it", "diverged"]
    rows = []
    for each in found["summaries"]:
        score, epochs = each["score"], each["epochs_to_target"]
        rows.append([
            f"**{plain(each['variant'])}**",
            _value(score and score["median"], is_share),
            f"{_value(score and score['q25'], is_share)} to {_value(score and score['q75'], is_share)}",
            _value(each["worst"], is_share),
            "–" if each["reached"] is None else f"{each['reached']} of {each['runs']}",
            f"{epochs['median']:g} ({epochs['q25']:g} to {epochs['q75']:g})" if epochs else "–",
            str(each["diverged"]),
        ])  # fmt: skip
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def _value(value: float | None, is_share: bool) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if is_share else f"{value:.3g}"


def _failure(failure: Mapping[str, Any]) -> None:
    """Why networks of a variant failed: for how many it holds, what tells so in one of them, and what to try."""
    with st.container(gap="small"):
        evidence = "; ".join(failure["evidence"])
        st.markdown(
            f"**{plain(failure['variant'])}: {failure['shared']}**  \n"
            f"{plain(evidence)} (seed {failure['seed']}, step {failure['step']:,})"
        )
        if counter := failure["counter"]:
            st.button(
                f"Try {MLPConfig.phrase(counter['setting'], counter['value'])}",
                key=f"try_{failure['variant']}_{failure['seed']}",
                on_click=_try, args=(counter["setting"], counter["value"]),
            )  # fmt: skip


def _try(setting: str, value: Any) -> None:
    """The counter-experiment: the same comparison with another setting, or with one more value of the varied one."""
    config = SESSION.channel().config
    assert isinstance(config, CompareConfig)
    if setting != config.varied:
        SESSION.change({setting: value})
        return
    kind = VARIED[setting].kind
    between = "/" if isinstance(kind, Sizes | Names) else ","
    values = [*config.values.split(between), kind.format(value)]
    SESSION.change({"values": between.join(list(dict.fromkeys(values))[-4:])})
