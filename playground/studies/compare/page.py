"""The page of the comparison: variants over many seeds, their spread, failures and causes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from playground.catalog import resolve
from playground.kinds import Choice, ConfigError
from playground.lab import LABS, Metric
from playground.labs.mlp.controls import controls, structure
from playground.outcomes import question
from playground.pages.form import control, heading
from playground.pages.head import Question, follow_question, head
from playground.pages.session import PageSession, plain, redraw_if_changed
from playground.pages.stage import mount
from playground.studies import memory
from playground.studies.compare.config import USUAL_LAB, CompareConfig
from playground.studies.variants import MOST_VARIANTS, comparable, separator, usual_values, variable
from playground.verdict import as_guessed

REFRESH_S = 1.0
SEED_COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
UNDECIDED = "No difference"
SESSION = PageSession("compare")

_WORDS = (
    "One setting varied, many networks of each variant: is it the setting, or luck? Guess, then press Play. "
    "Each variant has its colour"
)
_MAP_WORDS = "; in a map blue is +, orange −"


def compare_page() -> None:
    """Draw the guess, the stage, the variants' controls and the results."""
    if not SESSION.begin():
        return
    if said := st.session_state.pop("said", None):
        st.toast(plain(said))
    head(SESSION, f"{_WORDS}{_MAP_WORDS if _config().of == USUAL_LAB else ''}.", _questions())
    with st.container(key="guess_place"):
        _guess()
    mount(SESSION, show_test=False, discretize=False, fixed=True)
    with st.sidebar:
        _variants()
        with st.expander("What all have in common", expanded=False):
            _shared()
    _outcome()


def _questions() -> tuple[Question, ...]:
    """The questions about the networks of the compared lab."""
    name = _config().card.comparisons
    return resolve(name) if name else ()


def _config() -> CompareConfig:
    config = SESSION.channel().config
    assert isinstance(config, CompareConfig)
    return config


# The variants


@st.fragment
def _variants() -> None:
    """Controls of the varied setting, its values, and the number of networks."""
    config = SESSION.follow()
    redraw_if_changed()
    follow_question(SESSION, _questions())
    heading("Compare")
    labs = comparable()
    if len(labs) > 1:
        st.selectbox(
            "Lab", labs, key="of", format_func=lambda name: LABS[name].title, on_change=_take_lab,
            help=config.settings()["of"].help,
        )  # fmt: skip
    labels = {name: known.label for name, known in variable(type(config.base)).items()}
    st.selectbox(
        "Varied setting", list(labels), key="varied", format_func=labels.__getitem__,
        on_change=_take_usual_values, help=CompareConfig.declared()["varied"].help,
    )  # fmt: skip
    _values(config)
    left, right = st.columns(2)
    left.select_slider(
        "Seeds each", sorted({*SEED_COUNTS, config.seeds}), key="seeds", help=CompareConfig.declared()["seeds"].help
    )
    if config.score.unit == "share" or config.of == USUAL_LAB:
        right.slider(
            "Target", 0.5, 1.0, step=0.01, format="percent", key="target_accuracy",
            help=CompareConfig.declared()["target_accuracy"].help,
        )  # fmt: skip
    else:  # Streamlit drops the state of widgets that are not on the page
        st.session_state.target_accuracy = config.target_accuracy
    count, need = len(config.members), memory.population_bytes(config.members) / 2**20
    st.caption(f"{count} networks at once, about {need:,.0f} MB.")


def _values(config: CompareConfig) -> None:
    """The variants' values as chips or as text. Invalid input stays to be corrected, and the run continues."""
    kind, shown_for = variable(type(config.base))[config.varied].kind, (config.varied, config.values)
    key = "chosen" if isinstance(kind, Choice) else "typed"
    if st.session_state.get("values_shown") != shown_for or key not in st.session_state:
        st.session_state.values_shown = shown_for
        st.session_state[key] = config.values.split(",") if isinstance(kind, Choice) else config.values
    if isinstance(kind, Choice):
        st.multiselect(
            "Variants", list(kind.options), key=key, max_selections=MOST_VARIANTS,
            on_change=_take_values, args=(key,), format_func=lambda name: getattr(kind.options[name], "label", name),
        )  # fmt: skip
    else:
        help_text = CompareConfig.declared()["values"].help
        st.text_input("Variants", key=key, on_change=_take_values, args=(key,), help=help_text)
    if problem := st.session_state.get("values_problem", {}).get(_entered(key)):
        st.caption(f":red[{plain(problem)}]")


def _entered(key: str) -> str:
    entered = st.session_state[key]
    return entered if isinstance(entered, str) else ",".join(entered)


def _take_values(key: str) -> None:
    """Compare the entered values, or show below the control why they cannot be compared."""
    config, values = _config(), _entered(key)
    st.session_state.values_problem = {}
    try:
        if not values and key == "chosen":
            raise ConfigError(f"nothing is chosen; choose 2 to {MOST_VARIANTS}")
        replace(config, values=values)
    except ConfigError as error:
        st.session_state.values_problem = {values: str(error).removeprefix("values: ")}
        return
    st.session_state["values"] = values
    st.session_state.values_shown = (config.varied, values)


def _take_lab() -> None:
    """Switch to another lab's default comparison; remove the former lab's settings from the address."""
    former, lab = _config(), st.session_state.of
    if lab == former.of:
        return
    for name in former.to_text():
        st.query_params.pop(name, None)
    usual = CompareConfig.usual({"of": lab})
    SESSION.change({name: getattr(usual, name) for name in usual.settings()})


def _take_usual_values() -> None:
    config = _config()
    if st.session_state.varied != config.varied:  # Streamlit also calls this after a preset, without a choice
        st.session_state["values"] = usual_values(config.base, st.session_state.varied)
        st.session_state.changed = True  # redraw the shared settings, in which the varied one is locked


@st.fragment
def _shared() -> None:
    """All other settings."""
    config = SESSION.follow()
    follow_question(SESSION, _questions())
    if config.of == USUAL_LAB:
        structure(SESSION)
        controls(SESSION, _questions())
    else:
        for name in config.base.settings():
            control(SESSION, name)


# Predict, then reveal


@st.fragment(run_every=REFRESH_S)
def _guess() -> None:
    """Offer a prediction before the first Play, and keep it in sight. Returning users are asked only after they turn
    it on."""
    channel = SESSION.channel()
    config, returning = channel.config, channel.keeper.returning
    if returning is None or not isinstance(config, CompareConfig):  # None until the stage has sent the user's id
        return
    st.session_state.setdefault("guessing", not returning)
    if channel.value()[1] > 0:
        st.session_state.seen = config  # results are visible: no guess from now on
    has_seen, guess = st.session_state.get("seen") == config, _guessed(config)
    st.session_state.guess = guess
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.toggle(
            f"Guess first: which {question(config.score, config.target_score)}?", key="guessing", disabled=has_seen
        )
        if st.session_state.guessing:
            st.pills(  # once there is something to see, it stays as it is: nothing moves
                "Your guess", [*config.variants, UNDECIDED], disabled=has_seen,
                key="guess", on_change=_take_guess, args=(config,), label_visibility="collapsed",
            )  # fmt: skip


def _take_guess(config: CompareConfig) -> None:
    st.session_state.guessed = config, st.session_state.guess


def _guessed(config: Any) -> str | None:
    """Returns the guess for this comparison, or None."""
    guessed, guess = st.session_state.get("guessed", (None, None))
    return guess if guessed == config else None


# Results


@st.fragment(run_every=REFRESH_S)
def _outcome() -> None:
    """The results as a sentence and a table, and the causes of failures."""
    channel, score = SESSION.channel(), _config().score
    info = SESSION.inspect("table").info
    found: Mapping[str, Any] = info["comparison"]
    redraw_if_changed()
    if not found["epochs"]:
        return
    if answer := found["verdict"]:
        guess = _guessed(channel.config)
        judged = (
            f"  \nYou guessed **{plain(guess)}**; {plain(as_guessed(answer, guess, UNDECIDED))}." if guess else ""
        )
        st.markdown(f"**{plain(answer['words'])}**{judged}")
    st.markdown(plain(found["sentence"]))
    st.markdown(_table(found, score))
    failures = info["failures"]
    if failures:
        heading("Why did some fail?")
        with st.grid(min_column_width=280, border=True):
            for failure in failures:
                _failure(failure)


def _table(found: Mapping[str, Any], metric: Metric) -> str:
    """Returns the summaries as a Markdown table."""
    levels = [f"median {metric.label}", "quartiles", "worst"]
    has_target = found["target_accuracy"] is not None
    target = ["reached the target", "epochs to it (quartiles)"] if has_target else []
    head = ["variant", *levels, *target, "diverged"]
    rows = []
    for each in found["summaries"]:
        score, epochs = each["score"], each["epochs_to_target"]
        reached = (
            f"{each['reached']} of {each['runs']}",
            f"{epochs['median']:g} ({epochs['q25']:g} to {epochs['q75']:g})" if epochs else "–",
        )
        rows.append([
            f"**{plain(each['variant'])}**",
            _value(score["median"], metric),
            f"{_value(score['q25'], metric)} to {_value(score['q75'], metric)}",
            _value(each["worst"], metric),
            *(reached if has_target else ()),
            str(each["diverged"]),
        ])  # fmt: skip
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def _value(value: float | None, metric: Metric) -> str:
    if value is None:
        return "diverged"
    return f"{value:g}" if metric.unit == "count" else metric.text(value)  # a median of counts may have a half


def _failure(failure: Mapping[str, Any]) -> None:
    """A cause of failure: how many networks it concerns, the evidence in one of them, and what to try."""
    with st.container(gap="small"):
        evidence = "; ".join(failure["evidence"])
        example = f"seed {failure['seed']}, step {failure['step']:,}"
        if failure["link"]:
            path = _config().card.path  # opens that network in its lab
            example = f"[{example}](./{path}?{failure['link']})"
        st.markdown(f"**{plain(failure['variant'])}: {failure['shared']}**  \n{plain(evidence)} ({example})")
        if counter := failure["counter"]:
            st.button(
                f"Try {_phrase(counter['setting'], counter['value'])}",
                key=f"try_{failure['variant']}_{failure['seed']}",
                on_click=_try, args=(counter["setting"], counter["value"]),
            )  # fmt: skip


def _phrase(setting: str, value: Any) -> str:
    return _config().base.phrase(setting, value)


def _try(setting: str, value: Any) -> None:
    """Start the counter-experiment: the comparison with another setting, or with one more value of the varied one."""
    config = _config()
    st.session_state.said = f"A new comparison: {_phrase(setting, value)}"
    if setting != config.varied:
        SESSION.change({setting: value})
        return
    known = config.base.settings()[setting]
    between = separator(known)
    values = [*config.values.split(between), known.kind.format(value)]
    SESSION.change({"values": between.join(list(dict.fromkeys(values))[-MOST_VARIANTS:])})
