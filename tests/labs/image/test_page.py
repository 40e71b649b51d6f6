"""The page of the image lab, without a browser."""

from typing import Any

import pytest

from playground.labs.image.config import ARCHITECTURES
from playground.labs.image.questions import QUESTIONS
from playground.pages.head import Question
from tests.pages.page import address, fields, opened, take


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_network_has_its_controls(architecture: str, hub: Any) -> None:
    page = opened("image", architecture=architecture, images="40", batch_size="10", code="on")
    assert not page.exception
    assert {"learning_rate", "images"} <= set(fields(page))
    assert ("kernel" in fields(page)) == (architecture == "cnn")


def test_an_impossible_network_is_explained_and_mended(hub: Any) -> None:
    page = opened("image", architecture="cnn", filters="8,16", kernel="5", padding="0", images="40", batch_size="10")
    take(page, "filters", (8, 8, 8, 8))
    assert not page.exception
    assert "does not fit" in page.toast[0].value
    assert address(page)["filters"] == "8,8"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.title)
def test_a_question_sets_what_it_asks_and_says_what_to_look_for(question: Question, hub: Any) -> None:
    page = opened("image", architecture="softmax", seed="7")
    page.selectbox(key="image.question").set_value(question.title).run()
    assert not page.exception
    assert address(page)["seed"] == "7"
    assert question.text in [each.value for each in page.markdown]
