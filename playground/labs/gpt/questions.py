"""Questions to start from: the settings that ask each, and what to look for. Figures are of five seeds."""

from playground.pages.head import Question

QUESTIONS = (
    Question(
        "When do letters become words?",
        "Press Play and read. The loss passes the line of pairs, then that of triples; words come at about the same "
        "time, sentences by the rules long after.",
        {},
    ),
    Question(
        "Can it sort?",
        "CABBAC: is followed by its letters in order. The network sees examples only, and its test words never. "
        "Press a letter of the answer to see where each head looks.",
        {"corpus": "sort"},
    ),
)
