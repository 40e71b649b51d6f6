"""Grammars: lines made by rules, and lines told apart by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Rules:
    """A context-free grammar without left recursion. ``start`` is its first symbol.

    ``rules`` maps a symbol to its alternatives, which are symbols and words. ``between`` joins the words of a line.
    """

    rules: Mapping[str, Sequence[str]]
    between: str = " "
    start: str = "S"

    def line(self, generator: np.random.Generator) -> str:
        """Returns a line; the alternatives of a symbol are equally likely, each as often as it is named."""
        return self.between.join(self._drawn(self.start, generator))

    def makes(self, line: str) -> bool:
        """Whether the rules can make ``line``."""
        return self.kind(line) is not None

    def kind(self, line: str) -> int | None:
        """Returns which alternative of the ``start`` makes ``line``, the first of several; None where none does."""
        words = line.split(self.between) if self.between else [*line]
        kinds = enumerate(self.rules[self.start])
        return next((kind for kind, each in kinds if len(words) in self._ends_of(each, words, 0)), None)

    def _drawn(self, symbol: str, generator: np.random.Generator) -> list[str]:
        if symbol not in self.rules:
            return [symbol] if self.between else [*symbol]
        alternative = self.rules[symbol][int(generator.integers(len(self.rules[symbol])))]
        return [word for part in alternative.split() for word in self._drawn(part, generator)]

    def _ends(self, symbol: str, words: Sequence[str], start: int) -> set[int]:
        """Returns where a ``symbol`` that begins at ``start`` may end."""
        if symbol not in self.rules:
            parts = [symbol] if self.between else [*symbol]
            return {start + len(parts)} if [*words[start : start + len(parts)]] == parts else set()
        found: set[int] = set()
        for alternative in set(self.rules[symbol]):
            found |= self._ends_of(alternative, words, start)
        return found

    def _ends_of(self, alternative: str, words: Sequence[str], start: int) -> set[int]:
        """Returns where an ``alternative`` that begins at ``start`` may end."""
        ends = {start}
        for part in alternative.split():
            ends = {after for end in ends for after in self._ends(part, words, end)}
        return ends


#: Subject and verb agree in number, and each verb takes an object or none.
SENTENCES = Rules(
    {
        "S": ["ONE V1 .", "MANY VS ."],
        "V1": ["sees NP", "chases NP", "likes NP", "sleeps", "sings PLACE", "waits PLACE"],
        "VS": ["see NP", "chase NP", "like NP", "sleep", "sing PLACE", "wait PLACE"],
        "NP": ["ONE", "MANY"],
        "ONE": ["the N", "a N", "the ADJ N", "a ADJ N"],
        "MANY": ["the NS", "many NS", "the ADJ NS", "two ADJ NS"],
        "PLACE": ["in the garden", "near the river", "under the tree", "behind the house"],
        "N": ["dog", "cat", "bird", "child", "farmer", "horse"],
        "NS": ["dogs", "cats", "birds", "children", "farmers", "horses"],
        "ADJ": ["small", "old", "happy", "green", "quiet"],
    }
)

#: After Elman, "Distributed representations, simple recurrent networks, and grammatical structure" (1991): relative
#: clauses stand between a subject and the verb that agrees with it.
ELMAN = Rules(
    {
        "S": ["ONE V1 .", "MANY VS ."],
        "NP": ["ONE", "MANY"],
        "ONE": ["N1", "N1", "N1 who R1", "John", "Mary"],
        "MANY": ["NS", "NS", "NS who RS"],
        "R1": ["ONE T1", "MANY TS", "V1"],
        "RS": ["ONE T1", "MANY TS", "VS"],
        "V1": ["T1 NP", "walks", "lives", "sees", "hears"],
        "VS": ["TS NP", "walk", "live", "see", "hear"],
        "T1": ["chases", "feeds", "sees", "hears"],
        "TS": ["chase", "feed", "see", "hear"],
        "N1": ["boy", "girl", "cat", "dog"],
        "NS": ["boys", "girls", "cats", "dogs"],
    }
)

#: Names of two or three syllables, letter by letter.
NAMES = Rules(
    {
        "NAME": ["FIRST END", "FIRST MIDDLE END"],
        "FIRST": ["C0 V", "C0 V", "V0"],
        "MIDDLE": ["C V", "C V", "C V l", "C V r"],
        "END": ["C V", "C V n", "C a", "C i e l", "b e n", "d o r"],
        "C0": [*"BDFGKLMNRST", "Br", "Tr"],
        "C": [*"bdfgklmnrst"],
        "V": [*"aaeeiiou"],
        "V0": [*"AEIO"],
    },
    between="",
    start="NAME",
)
