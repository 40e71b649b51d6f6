"""Which variant of a comparison does better, as far as its runs tell. Needs the standard library only.

Variants are paired: the same seed draws the same data and the same initial weights for each. So two of them are held
against each other seed by seed, with the sign test: if neither were better, each seed would be a toss of a coin.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

LEVEL = 0.05  # so seldom would a coin look as clear


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to ``question``, "gets to 95% sooner": the variant that is clearly better than each other one as
    ``leader``, or None, and the evidence in ``words``, a sentence."""

    question: str
    leader: str | None
    words: str


def verdict(question: str, goals: Mapping[str, Mapping[int, float]], nothing: str) -> Verdict:
    """Returns which variant is better by ``goals``: of each variant a number for each seed, the smaller the better,
    infinite for a network that has failed. ``nothing`` is said where all have."""
    if all(math.isinf(value) for seeds in goals.values() for value in seeds.values()):
        return Verdict(question=question, leader=None, words=nothing)
    pairs = {one: {other: _pair(goals[one], goals[other]) for other in goals if other != one} for one in goals}
    best = max(pairs, key=lambda name: sum(each.won - each.lost for each in pairs[name].values()))
    rivals = pairs[best]
    if all(each.is_clear for each in rivals.values()):
        ahead = ", ".join(f"of {name} on {each.won} of {each.seeds}" for name, each in rivals.items())
        return Verdict(question=question, leader=best, words=f"{best} {question}: it was ahead {ahead} seeds.")
    name = max(rivals, key=lambda name: p_value(rivals[name].won, rivals[name].lost))
    rival = rivals[name]
    counts = f"{best} was ahead of {name} on {rival.won} of {rival.seeds} seeds, behind on {rival.lost}"
    few = "" if p_value(rival.seeds, 0) <= LEVEL else "; so few seeds cannot tell"
    return Verdict(question=question, leader=None, words=f"These runs do not tell which {question}: {counts}{few}.")


def p_value(won: int, lost: int) -> float:
    """Returns how probable it is that a fair coin, tossed ``won + lost`` times, falls at least as unevenly."""
    tosses = won + lost
    tail = sum(math.comb(tosses, each) for each in range(min(won, lost) + 1))
    return min(1.0, 2 * tail / float(2**tosses))


def as_guessed(found: Mapping[str, Any], guess: str, undecided: str) -> str:
    """Returns what a verdict, as JSON, says of a person's guess; ``undecided`` is the guess of no difference."""
    leader = found["leader"]
    if leader is None:
        return "so far the numbers show none" if guess == undecided else "so far the numbers do not tell"
    return "the numbers say so too" if guess == leader else f"the numbers say {leader}"


class _Pair(NamedTuple):
    """On how many of their common ``seeds`` one variant is ahead of another, and behind it."""

    won: int
    lost: int
    seeds: int

    @property
    def is_clear(self) -> bool:
        return self.won > self.lost and p_value(self.won, self.lost) <= LEVEL


def _pair(ours: Mapping[int, float], theirs: Mapping[int, float]) -> _Pair:
    both = [(ours[seed], theirs[seed]) for seed in ours if seed in theirs]
    return _Pair(sum(one < other for one, other in both), sum(one > other for one, other in both), len(both))
