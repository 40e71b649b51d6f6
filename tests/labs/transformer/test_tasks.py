"""The tasks: their pairs, and that what is held out is never shown."""

import pytest

from playground.data.numerals import LANGUAGES, Pair, numbers
from playground.labs.transformer.tasks import (
    LETTERS,
    MOST_TEST,
    TASKS,
    corpus,
    joined,
    reversals,
    sentences,
    sortings,
    spelled,
)


def words(pair: Pair) -> list[tuple[str, list[str]]]:
    return [
        (word, [pair.source[place] for place in places])
        for word, places in zip(pair.target, pair.alignment, strict=True)
    ]


def test_a_latin_verb_agrees_with_the_subject() -> None:
    found = {pair.source: pair for pair in sentences()}
    pair = found["the", "boys", "saw", "the", "dog"]
    assert words(pair) == [("pueri", ["boys"]), ("canem", ["dog"]), ("viderunt", ["boys", "saw"])]
    assert found["the", "dog", "feared", "the", "lions"].target == ("canis", "leones", "timuit")
    assert len(found) == len(sentences()) == 8 * 7 * 4 * 6


def test_letters_come_reversed_and_sorted() -> None:
    for pair in reversals():
        assert pair.target == tuple(reversed(pair.source))
    for pair in sortings():
        assert list(pair.target) == sorted(pair.source)
    for pair in (*reversals(), *sortings()):
        assert all(set(sources) == {word} for word, sources in words(pair))
    assert len({pair.source for pair in reversals()}) == len(reversals())
    assert {word for pair in reversals() for word in pair.source} == set(LETTERS)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("target", LANGUAGES)
@pytest.mark.parametrize("held_out", ["random", "combination"])
def test_what_is_held_out_is_never_shown(task: str, target: str, held_out: str) -> None:
    found = corpus(task, target, held_out, 0)
    assert not {pair.source for pair in found.train} & {pair.source for pair in found.test}
    assert 50 < len(found.test) <= MOST_TEST < len(found.train)
    assert found.train != corpus(task, target, held_out, 1).train
    if held_out == "combination":
        assert not any(map(TASKS[task].holds_out, found.train))
        assert all(map(TASKS[task].holds_out, found.test))
        assert TASKS[task].combination
    known = {word for pair in found.train for word in (*pair.source, *pair.target)}
    assert {word for pair in found.test for word in (*pair.source, *pair.target)} <= known
    assert max(len(pair.source) for pair in found.test) <= found.source_length


def test_a_number_in_digits_is_spelled_where_numbers_are_translated() -> None:
    assert spelled("numbers", "105") == numbers("french")[105].source
    assert spelled("numbers", " one  hundred ") == ("one", "hundred")
    assert spelled("dates", "105") == ("105",)
    assert joined("numbers", "chinese", ("一", "百")) == "一百"
    assert joined("sorting", "chinese", ("a", "b")) == "a b"
