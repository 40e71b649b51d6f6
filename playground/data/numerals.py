"""Numbers and dates in English, French and 中文, as pairs of sentences whose true alignment is known.

Every word carries the parts of the meaning that it says. A word of the target is aligned with all words of the source
that say one of its parts: "quatre" and "vingt" with "eighty", "quinze" in 75 with "seventy" and "five". A word that
says nothing of its own is aligned with none: the "et" of 21, the 零 of 105, the 年 behind every year.

To add a language, write how it says a number and a date, and give it an entry in ``LANGUAGES``.
"""

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

LARGEST = 999
YEARS = range(2010, 2035)

Words = list[tuple[str, str]]  # words, each with the parts of the meaning that it says, one letter a part
# Of a number: c how many hundreds, h that they are hundreds, t the tens, o the ones. Of a date: w d m y.


class Day(NamedTuple):
    """A date."""

    year: int
    month: int
    day: int

    @property
    def weekday(self) -> int:
        """The day of the week, 0 for Monday."""
        return calendar.weekday(*self)


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its translation, word by word.

    ``alignment`` names for each word of ``target`` the positions in ``source`` that it translates, in their order;
    none for a word that has no source.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    alignment: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How a language says a number, 0 to ``LARGEST``, and a date. ``separator`` stands between its words."""

    label: str
    separator: str
    number: Callable[[int], Words]
    date: Callable[[Day], Words]


def aligned(source: Words, target: Words) -> Pair:
    """Returns the pair of two sentences with the same meaning."""
    return Pair(
        source=tuple(word for word, _ in source),
        target=tuple(word for word, _ in target),
        alignment=tuple(
            tuple(place for place, (_, said) in enumerate(source) if set(said) & set(parts)) for _, parts in target
        ),
    )


@cache
def numbers(target: str) -> tuple[Pair, ...]:
    """Returns all numbers from 0 to ``LARGEST`` in order, from English into ``target``, a key of ``LANGUAGES``."""
    say = LANGUAGES[target].number
    return tuple(aligned(english_number(number), say(number)) for number in range(LARGEST + 1))


@cache
def dates(target: str) -> tuple[Pair, ...]:
    """Returns all dates of ``YEARS`` in order, from English into ``target``."""
    say = LANGUAGES[target].date
    return tuple(aligned(english_date(day), say(day)) for day in days())


def days() -> list[Day]:
    """Returns every day of ``YEARS`` in order."""
    months = [(year, month) for year in YEARS for month in range(1, 13)]
    return [Day(*month, day + 1) for month in months for day in range(calendar.monthrange(*month)[1])]


def vocabulary(sentences: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Returns the words of some sentences, each once, in the order of their first use."""
    return tuple(dict.fromkeys(word for sentence in sentences for word in sentence))


def _listed(words: str) -> list[str]:
    return words.split()


# English

_ENGLISH = _listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ENGLISH_TENS = _listed("twenty thirty forty fifty sixty seventy eighty ninety")
_ENGLISH_DAYS = _listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_ENGLISH_MONTHS = _listed("January February March April May June July August September October November December")


def english_number(number: int) -> Words:
    """Returns 105 as "one hundred and five"."""
    hundreds, rest = divmod(number, 100)
    words: Words = [(_ENGLISH[hundreds], "c"), ("hundred", "h")] if hundreds else []
    if hundreds and rest:
        words.append(("and", ""))
    tens, ones = divmod(rest, 10)
    if tens > 1:
        return [*words, (_ENGLISH_TENS[tens - 2], "t"), *([(_ENGLISH[ones], "o")] if ones else [])]
    return words if hundreds and not rest else [*words, (_ENGLISH[rest], "to" if tens else "o")]


def english_date(day: Day) -> Words:
    """Returns "Monday , March 9 , 2026"."""
    return [
        (_ENGLISH_DAYS[day.weekday], "w"),
        (",", ""),
        (_ENGLISH_MONTHS[day.month - 1], "m"),
        (str(day.day), "d"),
        (",", ""),
        (str(day.year), "y"),
    ]


# French

_FRENCH = _listed("zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize")
_FRENCH_TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante"}
_FRENCH_DAYS = _listed("lundi mardi mercredi jeudi vendredi samedi dimanche")
_FRENCH_MONTHS = _listed("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")


def french_number(number: int) -> Words:
    """Returns 271 as "deux cent soixante et onze".

    Plural "cents" and "vingts" only at the end; "et" before un and onze from 21 to 71, as in traditional spelling.
    """
    hundreds, rest = divmod(number, 100)
    words: Words = []
    if hundreds == 1:
        words = [("cent", "ch")]
    elif hundreds:
        words = [(_FRENCH[hundreds], "c"), ("cent" if rest else "cents", "h")]
    return words if hundreds and not rest else words + _french_below_100(rest)


def _french_below_100(number: int) -> Words:
    tens, ones = divmod(number, 10)
    if tens < 2:
        return _french_below_20(number)
    if number == 80:
        return [("quatre", "t"), ("vingts", "t")]
    words = [("quatre", "t"), ("vingt", "t")] if tens > 7 else [(_FRENCH_TENS[min(tens, 6)], "t")]
    if ones == 1 and tens < 8:
        words.append(("et", ""))
    if tens in (7, 9):  # soixante-dix, quatre-vingt-dix: the teens count on
        return words + _french_below_20(10 + ones)
    return words + ([(_FRENCH[ones], "o")] if ones else [])


def _french_below_20(number: int) -> Words:
    if number > 16:
        return [("dix", "t"), (_FRENCH[number - 10], "o")]
    return [(_FRENCH[number], "o" if number < 10 else "t" if number == 10 else "to")]


def french_date(day: Day) -> Words:
    """Returns "lundi 9 mars 2026"; the first of a month is "1er"."""
    return [
        (_FRENCH_DAYS[day.weekday], "w"),
        ("1er" if day.day == 1 else str(day.day), "d"),
        (_FRENCH_MONTHS[day.month - 1], "m"),
        (str(day.year), "y"),
    ]


# 中文

_CHINESE = "零一二三四五六七八九"
_CHINESE_DAYS = "一二三四五六日"


def chinese_number(number: int) -> Words:
    """Returns 105 as 一百零五 and 115 as 一百一十五: 零 says that there is no ten."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words: Words = [(_CHINESE[hundreds], "c"), ("百", "h")] if hundreds else []
    if hundreds and ones and not tens:
        words.append(("零", ""))
    if tens > 1 or (tens and hundreds):  # below 20 it is 十 without 一
        words.append((_CHINESE[tens], "t"))
    if tens:
        words.append(("十", "t"))
    return [*words, (_CHINESE[ones], "o")] if ones or not number else words


def chinese_date(day: Day) -> Words:
    """Returns 2026年3月9日星期一, in words of its own: the year to the front, the day of the week to the end."""
    return [
        (str(day.year), "y"),
        ("年", ""),
        (str(day.month), "m"),
        ("月", ""),
        (str(day.day), "d"),
        ("日", ""),
        (f"星期{_CHINESE_DAYS[day.weekday]}", "w"),
    ]


LANGUAGES = {
    "french": Language(label="French", separator=" ", number=french_number, date=french_date),
    "chinese": Language(label="中文", separator="", number=chinese_number, date=chinese_date),
}
