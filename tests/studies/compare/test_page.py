"""The comparison's page as Streamlit runs it, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from playground.catalog import resolve
from playground.lab import LABS
from playground.pages import session
from playground.pages.head import Question
from playground.stream.hub import Hub
from playground.studies.compare.config import CompareConfig
from tests.pages.page import opened, take

SECRET = "0123456789abcdef" * 3


def config(page: AppTest, hub: Hub) -> CompareConfig:
    found = hub.channel(page.session_state["token_compare"], "compare").config
    assert isinstance(found, CompareConfig)
    return found


QUESTIONS = [(name, each) for name, lab in LABS.items() if lab.comparisons for each in resolve(lab.comparisons)]


@pytest.mark.parametrize(("lab", "question"), QUESTIONS, ids=lambda each: getattr(each, "title", each))
def test_every_question_is_a_comparison(lab: str, question: Question, hub: Hub) -> None:
    page = opened("compare", of=lab, seeds="2")
    page.selectbox(key="compare.question").set_value(question.title).run()
    assert not page.exception
    assert not page.toast
    found = config(page, hub)
    assert {name: getattr(found, name) for name in question.settings} == question.settings
    assert question.text in [each.value for each in page.markdown]
    assert len(found.variants) >= 2


def test_a_lab_starts_with_its_first_question(hub: Hub) -> None:
    page = opened("compare", of="gan", seeds="2")
    assert page.selectbox(key="compare.question").value == "Bad luck, or too fast a G?"
    assert [*config(page, hub).variants] == ["G rate 0.001", "G rate 0.01"]
    channel = hub.channel(page.session_state["token_compare"], "compare")
    channel.handle({"type": "visitor", "secret": SECRET, "returning": False})
    page.run()
    assert "Guess first: which finds more modes?" in [each.label for each in page.toggle]


def test_a_message_from_before_a_preset_does_not_undo_it(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened("compare", seeds="2")
    page.selectbox(key="compare.question").set_value("Sigmoid or ReLU").run()
    page.session_state["learning_rate"] = 0.03  # what the browser still showed when it sent this
    page.run()
    assert config(page, hub).learning_rate == page.session_state["learning_rate"] == 0.1
    monkeypatch.setattr(session, "SETTLES_S", 0)
    page.session_state["learning_rate"] = 0.03  # what a person wishes later
    page.run()
    assert config(page, hub).learning_rate == 0.03


def test_a_guess_stands_beside_what_came(hub: Hub) -> None:
    page = opened("compare", seeds="2", dataset="xor", hidden_sizes="4", target_accuracy="0.6")
    channel = hub.channel(page.session_state["token_compare"], "compare")
    channel.handle({"type": "visitor", "secret": SECRET, "returning": False})
    page.run()
    (asked,) = page.button_group
    asked.set_value("ReLU").run()
    for _ in range(3):
        channel.handle({"type": "step", "unit": "epoch"})
        channel.poll()
    page.run()
    assert not page.exception
    said = [each.value for each in page.markdown]
    assert any("  \nYou guessed **ReLU**; " in text for text in said)
    assert any("Sigmoid reached 60%" in text for text in said)
    assert any(text.startswith("| variant | median test accuracy") for text in said)
    assert page.button_group[0].disabled
    channel.handle({"type": "seek", "step": 0})
    channel.poll()
    page.run()
    assert page.button_group[0].disabled  # what came is known by now


def test_a_card_says_why_and_its_button_tries_the_other_way(hub: Hub) -> None:
    page = opened("compare", seeds="2", varied="hidden_sizes", values="/4", dataset="xor", learning_rate="0.0001")
    assert [*config(page, hub).variants] == ["No hidden layer", "Hidden layers 4"]
    channel = hub.channel(page.session_state["token_compare"], "compare")
    for _ in range(11):
        channel.handle({"type": "step", "unit": "epoch"})
        channel.poll()
    page.run()
    assert not page.exception
    said = [each.value for each in page.markdown]
    assert any(text.startswith("**No hidden layer: 2 of 2 seeds**  \nwithout a hidden layer") for text in said)
    (tried, *_) = [each for each in page.button if each.label == "Try Hidden layers 4-2"]
    tried.click().run()
    assert not page.exception
    assert config(page, hub).values == "/4/4,2"


def test_who_has_been_here_before_is_asked_only_if_they_wish(hub: Hub) -> None:
    page = opened("compare", seeds="2")
    channel = hub.channel(page.session_state["token_compare"], "compare")
    channel.handle({"type": "visitor", "secret": SECRET, "returning": True})
    page.run()
    assert not page.button_group
    page.toggle(key="guessing").set_value(True).run()
    assert page.button_group[0].options == ["Sigmoid", "ReLU", "No difference"]
    assert not page.exception


def test_what_cannot_be_compared_stays_to_be_mended(hub: Hub) -> None:
    page = opened("compare", seeds="2", varied="learning_rate", values="0.1,0.3")
    before = config(page, hub)
    for text, reason in (
        ("0.1,abc", "'abc' is not a number"),
        ("abc", "'abc' is not a number"),
        ("1", "2 to 4"),
        ("1,1", "twice"),
    ):
        page.text_input(key="typed").set_value(text).run()
        assert page.text_input(key="typed").value == text
        assert any(reason in each.value and each.value.startswith(":red[") for each in page.caption), text
        assert config(page, hub) == before
    page.text_input(key="typed").set_value("0.1,0.3,1").run()
    assert config(page, hub).values == "0.1,0.3,1"
    assert not any(each.value.startswith(":red[") for each in page.caption)


def test_chips_can_be_taken_away_before_others_come(hub: Hub) -> None:
    page = opened("compare", seeds="2")
    page.multiselect(key="chosen").set_value([]).run()
    assert page.multiselect(key="chosen").value == []
    assert any("2 to 4" in each.value for each in page.caption)
    assert config(page, hub).values == "sigmoid,relu"
    page.multiselect(key="chosen").set_value(["tanh"]).run()
    page.multiselect(key="chosen").set_value(["tanh", "relu"]).run()
    assert config(page, hub).values == "tanh,relu"


def test_hidden_layers_and_inputs_can_be_chosen(hub: Hub) -> None:
    page = opened("compare", seeds="2")
    take(page, "hidden_sizes", (8, 8))
    assert config(page, hub).hidden_sizes == (8, 8)
    inputs = page.multiselect(key="features")
    default = [inputs.proto.options[index] for index in inputs.proto.default]
    assert default == [inputs.format_func(name) for name in ("x", "y")]  # of a browser that forgot it in a redraw
    inputs.set_value([]).run()
    assert config(page, hub).features == ("x", "y")
    assert "at least one of" in page.toast[0].value


def test_values_that_cannot_be_compared_are_said(hub: Hub) -> None:
    page = opened("compare", seeds="2", varied="learning_rate", values="0.1,fast")
    assert "fast" in page.warning[0].value
    assert config(page, hub).varied == "learning_rate"
    page.selectbox(key="varied").set_value("optimizer").run()
    assert config(page, hub).values == "sgd,adam"
    page.multiselect(key="chosen").set_value(["sgd", "momentum", "adam"]).run()
    assert list(config(page, hub).variants) == ["SGD", "Momentum", "Adam"]
