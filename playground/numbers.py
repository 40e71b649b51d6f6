"""Parsing of numbers as people type them; ``stage/number.js`` parses the same in the browser.

The decimal separator is a point or a comma. Only spaces separate thousands, in groups of three. Spaces and minus
signs may be of any kind. An ambiguous text is refused, so that no number is misread.
"""

import math
import re

AMBIGUOUS = "can be read in two ways; write a point before the decimals and nothing between thousands"
MOST_CHARACTERS = 40

_MINUS = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_SPACES = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_EXPONENT = r"(?:[eE][+-]?[0-9]{1,3})?"
_NUMBER = re.compile(
    r"[+-]? ?(?:(?:[0-9]+|[0-9]{1,3}(?: [0-9]{3})+)(?:[.,][0-9]*)?|[.,][0-9]+)" + _EXPONENT,
)
_AMBIGUOUS = re.compile(
    r"[+-]? ?(?:[1-9][0-9]{0,2},[0-9]{3}|(?=.*[0-9])[0-9 ]*(?:[.,][0-9 ]*){2,})" + _EXPONENT,
)


def read(text: str) -> float:
    """Returns the number in ``text``; infinite where it is too large, NaN where it is no number or ambiguous."""
    plain = _plain(text)
    is_number = len(plain) <= MOST_CHARACTERS and _NUMBER.fullmatch(plain) and not _AMBIGUOUS.fullmatch(plain)
    return float(plain.replace(" ", "").replace(",", ".")) if is_number else math.nan


def is_ambiguous(text: str) -> bool:
    """Whether a separator may be for decimals or for thousands: ``1,000``, ``1.000,5``."""
    plain = _plain(text)
    return len(plain) <= MOST_CHARACTERS and _AMBIGUOUS.fullmatch(plain) is not None


def _plain(text: str) -> str:
    """Returns ``text`` with one kind of minus sign, and single spaces of one kind."""
    return _SPACES.sub(" ", _MINUS.sub("-", text)).strip(" ")
