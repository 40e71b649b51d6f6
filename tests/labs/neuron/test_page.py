"""The page of one neuron, without a browser."""

from typing import Any

import pytest

from playground.export import exported
from playground.labs.neuron.config import NeuronConfig
from playground.labs.neuron.page import QUESTIONS, Question
from playground.run import Run
from tests.pages.page import address, opened, take


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.title)
def test_a_question_sets_what_it_asks_and_says_what_to_look_for(question: Question, hub: Any) -> None:
    page = opened("neuron", data="or", hidden="2", seed="7")
    page.selectbox(key="neuron.question").set_value(question.title).run()
    assert not page.exception
    found = address(page)
    assert found["seed"] == "7"
    assert all(found[name] == str(value) or float(found[name]) == value for name, value in question.settings.items())
    assert question.text in [each.value for each in page.markdown]


def test_a_perceptron_with_hidden_neurons_is_brought_in_line_and_said(hub: Any) -> None:
    page = opened("neuron", data="xor", rule="perceptron")
    take(page, "hidden", 3)
    assert not page.exception
    assert address(page)["rule"] == "gradient"
    assert "cannot train 3 hidden neurons" in page.toast[0].value


def test_the_code_follows_the_run(hub: Any) -> None:
    page = opened("neuron", data="majority", hidden="3", code="on")
    assert not page.exception


def test_a_recording_brings_the_style_of_this_picture() -> None:
    page = exported(Run(config=NeuronConfig()), 10, "html", quiet=True).decode()
    assert ".nn-neuron-graph {" in page
