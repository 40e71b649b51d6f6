"""Sentences drawn from toy grammars: opinions with "not", spam, and words whose class their neighbours tell."""

import numpy as np

from playground.labs.sequence.examples import Examples, Ints, alone, at_the_end, padded

GOOD, BAD = ("good", "great", "fine", "fun"), ("bad", "dull", "poor", "weak")
NOUNS, SPEAKERS = ("film", "book", "play", "song"), ("critics", "friends", "we")
SENTIMENT = (
    *("the", "film", "book", "play", "song", "that", "critics", "friends", "we", "called", "found"),
    *("was", "is", "but", "it", "not", *GOOD, *BAD),
)


def sentence(generator: np.random.Generator) -> tuple[list[int], int]:
    """A sentence, and whether its main clause praises. The other clause says anything."""

    def pick(*words: str) -> str:
        return words[int(generator.integers(len(words)))]

    def opinion() -> tuple[list[str], int]:
        is_not, is_good = generator.integers(2), generator.integers(2)
        return [*(["not"] if is_not else []), pick(*(GOOD if is_good else BAD))], int(is_not != is_good)

    (main, praises), (other, _) = opinion(), opinion()
    noun, verb = pick(*NOUNS), pick("was", "is")
    said = [pick(*SPEAKERS), pick("called", "found")]
    if generator.integers(2):
        words = ["the", noun, "that", *said, *other, verb, *main]
    else:
        words = ["the", noun, verb, *main, "but", *said, "it", *other]
    return [SENTIMENT.index(word) for word in words], praises


def sentiment(generator: np.random.Generator, count: int, length: int) -> Examples:
    """Sentences, and whether their main clause praises."""
    rows = [sentence(generator) for _ in range(count)]
    return at_the_end(padded([words for words, _ in rows]), [praises for _, praises in rows])


CLASSES = ("article", "adjective", "noun", "auxiliary", "verb", "adverb")
TAGGED = {  # the same word is of another class at another place: "the can", "she can fish", "they fish"
    "article": ("the", "a", "my"),
    "adjective": ("old", "green", "light", "fast"),
    "noun": ("fish", "can", "light", "old", "run", "will", "cook"),
    "auxiliary": ("can", "will"),
    "verb": ("fish", "run", "cook", "light"),
    "adverb": ("fast", "now"),
}
WORDS = tuple(dict.fromkeys(word for words in TAGGED.values() for word in words))


def word_class(generator: np.random.Generator, count: int, length: int) -> Examples:
    """Sentences of a toy grammar, one behind the other. Many words are of several classes; which, follows from the
    words before."""
    rows = [_tagged(generator, length) for _ in range(count)]
    inputs = [[WORDS.index(word) for word, _ in row] for row in rows]
    return alone(np.array(inputs), np.array([[CLASSES.index(name) for _, name in row] for row in rows]))


def _tagged(generator: np.random.Generator, length: int) -> list[tuple[str, str]]:
    """``length`` words with their classes. Behind ``the`` comes a noun, behind ``a`` and ``my`` an adjective first;
    an adverb ends every third sentence."""
    found: list[tuple[str, str]] = []
    while len(found) < length:
        article = TAGGED["article"][int(generator.integers(3))]
        names = ["noun"] if article == "the" else ["adjective", "noun"]
        names += [["verb"], ["auxiliary", "verb"], ["auxiliary", "verb", "adverb"]][int(generator.integers(3))]
        found.append((article, "article"))
        for name in names:
            found.append((TAGGED[name][int(generator.integers(len(TAGGED[name])))], name))
    return found[:length]


FRIENDS, STRANGERS = ("mum", "uncle", "anna", "ben"), ("shop", "casino", "agent", "lottery")
NAMES = (*FRIENDS, *STRANGERS)
GIFTS, SECRETS = ("prize", "cash", "phone", "trip"), ("password", "pin", "code", "card")
MESSAGES = (
    *("from", "via", ":", "hello", "good", "news", "you", "win", "a", "never", "mind", "send", "your", "see", "soon"),
    *(*NAMES, *GIFTS, *SECRETS),
)


def message(generator: np.random.Generator) -> tuple[list[int], int]:
    """A message, and whether it is spam: it is where a stranger promises a gift, or anyone asks for a secret, but not
    where a friend gives, or where the message warns never to send a secret. Who passes it on ("via") does not count,
    nor does a "never mind"."""

    def pick(*words: str) -> str:
        return words[int(generator.integers(len(words)))]

    is_gift, is_spam = generator.integers(2), int(generator.integers(2))
    if is_gift:
        sender = pick(*(STRANGERS if is_spam else FRIENDS))
        says = f"{pick('hello', 'good news', 'never mind')} : you win a {pick(*GIFTS)}"
    else:
        sender = pick(*NAMES)
        says = f"{'never mind : send' if is_spam else 'mind : never send'} your {pick(*SECRETS)}"
    words = f"from {sender} via {pick(*NAMES)} : {says} {pick('see you soon', 'good news')}"
    return [MESSAGES.index(word) for word in words.split()], is_spam


def spam(generator: np.random.Generator, count: int, length: int) -> Examples:
    """Messages, and whether they are spam."""
    rows = [message(generator) for _ in range(count)]
    return at_the_end(padded([words for words, _ in rows]), [is_spam for _, is_spam in rows])


def never_met(inputs: Ints) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which messages (N, T) are from a sender with a gift or a secret that training shows, but never together: of
    each sender one gift and one secret."""
    first = MESSAGES.index(NAMES[0])
    senders = inputs[:, 1] - first
    things = np.where(inputs >= first + len(NAMES), inputs, 0).max(1)
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (senders + things) % len(GIFTS) == 0
    return found
