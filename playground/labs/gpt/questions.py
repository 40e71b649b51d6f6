"""Questions to start from: the settings that ask each, and what to look for. Figures are of five seeds."""

from playground.pages.head import Question

QUESTIONS = (
    Question(
        "When do letters become words?",
        "Press Play and read. After 100 updates the loss is past the line of pairs and 51 to 57 % of the words are "
        "real; after 200 it is past triples, and 82 to 89 % are. Sentences by the rules come last: 8 to 16 % of the "
        "lines then, 46 to 100 % after 800 updates, when 87 to 99 % of the words are real.",
        {},
    ),
    Question(
        "Can it sort?",
        "CABBAC: is followed by its letters in order. The network sees examples only, and its 72 test words never: "
        "after 200 updates all of them are right. Press a letter of the answer to see where each head looks.",
        {"corpus": "sort"},
    ),
)
