"""The page of the Transformer lab, without a browser."""

from typing import Any

import pytest

from playground.labs.transformer.questions import QUESTIONS
from playground.labs.transformer.tasks import TASKS
from playground.pages.head import Question
from tests.pages.page import address, fields, opened, take

SMALL = {"width": "16", "heads": "2"}


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_its_controls(task: str, hub: Any) -> None:
    page = opened("transformer", task=task, held_out="combination", code="on", **SMALL)
    assert not page.exception
    assert not page.warning
    assert {"width", "heads", "encoder_layers"} <= set(fields(page))
    assert any(each.key == "target" for each in page.selectbox) == TASKS[task].has_target


def test_heads_that_do_not_share_the_width_are_explained_and_mended(hub: Any) -> None:
    page = opened("transformer", width="32", heads="4")
    take(page, "width", 18)
    assert not page.exception
    assert "4 heads do not share a width of 18 evenly; use 1, 2, 3 or 6" in page.toast[0].value
    assert address(page)["heads"] == "3"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.title)
def test_a_question_sets_what_it_asks_and_says_what_to_look_for(question: Question, hub: Any) -> None:
    page = opened("transformer", task="reversal", seed="7", **SMALL)
    page.selectbox(key="transformer.question").set_value(question.title).run()
    assert not page.exception
    assert address(page)["seed"] == "7"
    assert question.text in [each.value for each in page.markdown]
