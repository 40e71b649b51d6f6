"""Numbers and dates in three languages, and which word translates which."""

import pytest

from playground.data.numerals import (
    LANGUAGES,
    Day,
    Pair,
    aligned,
    chinese_date,
    dates,
    days,
    english_date,
    english_number,
    french_date,
    numbers,
    vocabulary,
)

CHINESE_DIGITS = {word: value for value, word in enumerate("零一二三四五六七八九")}
UNITS = {"十": 10, "百": 100}
FRENCH_WORDS = "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
FRENCH_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
FRENCH = {word: value for value, word in enumerate(FRENCH_WORDS.split())} | FRENCH_TENS | {"et": 0}


def words(pair: Pair) -> list[tuple[str, list[str]]]:
    """Each word of the target with the words of the source that it translates."""
    return [
        (word, [pair.source[place] for place in places])
        for word, places in zip(pair.target, pair.alignment, strict=True)
    ]


@pytest.mark.parametrize(
    ("number", "english", "french", "chinese"),
    [
        (0, "zero", "zéro", "零"),
        (10, "ten", "dix", "十"),
        (17, "seventeen", "dix sept", "十七"),
        (21, "twenty one", "vingt et un", "二十一"),
        (71, "seventy one", "soixante et onze", "七十一"),
        (80, "eighty", "quatre vingts", "八十"),
        (81, "eighty one", "quatre vingt un", "八十一"),
        (91, "ninety one", "quatre vingt onze", "九十一"),
        (100, "one hundred", "cent", "一百"),
        (105, "one hundred and five", "cent cinq", "一百零五"),
        (110, "one hundred and ten", "cent dix", "一百一十"),
        (200, "two hundred", "deux cents", "二百"),
        (280, "two hundred and eighty", "deux cent quatre vingts", "二百八十"),
        (999, "nine hundred and ninety nine", "neuf cent quatre vingt dix neuf", "九百九十九"),
    ],
)
def test_numbers_are_written_as_people_write_them(number: int, english: str, french: str, chinese: str) -> None:
    assert " ".join(numbers("french")[number].source) == english
    assert " ".join(numbers("french")[number].target) == french
    assert "".join(numbers("chinese")[number].target) == chinese


def value_of_chinese(target: tuple[str, ...]) -> int:
    total, digit = 0, None
    for word in target:
        if word in UNITS:
            total, digit = total + (1 if digit is None else digit) * UNITS[word], None
        else:
            digit = CHINESE_DIGITS[word]
    return total + (digit or 0)


def value_of_french(target: tuple[str, ...]) -> int:
    total = 0
    for word in (each.removesuffix("s") if each in ("cents", "vingts") else each for each in target):
        if word == "cent":
            total = max(total, 1) * 100
        elif word == "vingt" and total % 100 == 4:
            total += 76  # four twenties are not four and twenty
        else:
            total += FRENCH[word]
    return total


def test_every_number_can_be_read_back() -> None:
    assert [value_of_chinese(pair.target) for pair in numbers("chinese")] == list(range(1000))
    assert [value_of_french(pair.target) for pair in numbers("french")] == list(range(1000))
    for target in LANGUAGES:
        assert (
            len({pair.source for pair in numbers(target)}) == len({pair.target for pair in numbers(target)}) == 1000
        )


def test_vocabularies_are_small() -> None:
    assert len(vocabulary(pair.source for pair in numbers("french"))) == 30
    assert len(vocabulary(pair.target for pair in numbers("french"))) == 26
    assert sorted(vocabulary(pair.target for pair in numbers("chinese"))) == sorted("零一二三四五六七八九十百")
    assert max(len(pair.source) for pair in numbers("french")) == 5
    assert max(len(pair.target) for pair in numbers("french")) == 6


def test_alignments_of_numbers() -> None:
    assert words(numbers("french")[584]) == [
        ("cinq", ["five"]),
        ("cent", ["hundred"]),
        ("quatre", ["eighty"]),
        ("vingt", ["eighty"]),
        ("quatre", ["four"]),
    ]
    assert words(numbers("french")[175])[1:] == [("soixante", ["seventy"]), ("quinze", ["seventy", "five"])]
    assert words(numbers("french")[100]) == [("cent", ["one", "hundred"])]
    assert words(numbers("french")[71])[1:] == [("et", []), ("onze", ["seventy", "one"])]
    assert words(numbers("chinese")[105])[1:] == [("百", ["hundred"]), ("零", []), ("五", ["five"])]
    assert words(numbers("chinese")[17]) == [("十", ["seventeen"]), ("七", ["seventeen"])]


@pytest.mark.parametrize("target", LANGUAGES)
@pytest.mark.parametrize(("make", "silent"), [(numbers, {"and", "et", "零"}), (dates, {",", *"年月日"})])
def test_an_alignment_covers_every_word_that_says_something(make: type, silent: set[str], target: str) -> None:
    for pair in make(target):
        reached = {place for places in pair.alignment for place in places}
        assert {word for place, word in enumerate(pair.source) if place not in reached} <= silent
        assert {word for word, places in words(pair) if not places} <= silent
        assert all(list(places) == sorted(set(places)) for places in pair.alignment)


def test_dates() -> None:
    day = Day(2026, 3, 9)
    french, chinese = (aligned(english_date(day), say(day)) for say in (french_date, chinese_date))
    assert " ".join(french.source) == "Monday , March 9 , 2026"
    assert words(french) == [("lundi", ["Monday"]), ("9", ["9"]), ("mars", ["March"]), ("2026", ["2026"])]
    assert "".join(chinese.target) == "2026年3月9日星期一"
    assert chinese.alignment == ((5,), (), (2,), (), (3,), (), (0,))
    assert dates("french")[days().index(day)] == french
    assert french_date(Day(2026, 3, 1))[1][0] == "1er"
    assert len({pair.target for pair in dates("chinese")}) == len(dates("chinese")) == 9131


def test_english_says_nothing_twice() -> None:
    for number in range(1000):
        said = "".join(parts for _, parts in english_number(number))
        assert len(said) == len(set(said))
