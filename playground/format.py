"""Numbers as text for people, the same as on the stage: ``stage/format.js`` has the same functions."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

TINY, HUGE = 1e-4, 1e4
MINUS = "\u2212"
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def loss(value: float | None) -> str:
    """Returns three decimals, more where it takes them for two digits, or scientific notation for a tiny or large
    number; a dash for None or an infinite one.

    ``0.021``, ``0.0020``, ``0.00083``, ``2.1·10⁻⁵``, ``7.1·10³⁴``
    """
    if value is None or not math.isfinite(value):
        return "–"
    size = abs(value)
    if size >= 1000 or 0 < size < TINY:
        return _scientific(value, 2)
    return format(_rounded(value, 2), "f").replace("-", MINUS) if 0 < size < 0.01 else _fixed(value, 3)


def scaled(value: float, digits: int = 2) -> str:
    """Returns up to ``digits`` significant digits of a finite number of any size."""
    size = abs(value)
    if size > 0 and (size < TINY or size >= HUGE):
        return _scientific(value, digits)
    return _plain(_rounded(value, digits))


def count(value: float) -> str:
    """Returns a whole number: ``12,345``."""
    return f"{int(Decimal(value).to_integral_value(ROUND_HALF_UP)):,}".replace("-", MINUS)


def percent(share: float, decimals: int = 1) -> str:
    """Returns a measured share from 0 to 1 in percent: ``97.5%``. Only all of them are ``100%``."""
    return "100%" if share >= 1 else f"{_fixed(min(share * 100, 100 - 10**-decimals), decimals)}%"


def share(value: float) -> str:
    """Returns a share that a person has chosen, as short as it is: ``95%``, ``97.5%``."""
    return f"{_plain(_rounded(value * 100, 3))}%"


def _scientific(value: float, digits: int) -> str:
    """Returns scientific notation: ``2.1·10⁻⁴``."""
    rounded = _rounded(value, digits)
    exponent = rounded.adjusted()
    mantissa, power = _plain(rounded.scaleb(-exponent)), "10" + str(exponent).translate(_SUPERSCRIPTS)
    size = mantissa.removeprefix(MINUS)
    return mantissa[: -len(size)] + (power if size == "1" else f"{size}·{power}")


def _rounded(value: float, digits: int) -> Decimal:
    # Like JavaScript: round the exact value, halves away from zero.
    return Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal_from_float(value + 0.0)  # no -0


def _fixed(value: float, decimals: int) -> str:
    number = Decimal(value + 0.0).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return str(number).replace("-", MINUS)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f").replace("-", MINUS)
