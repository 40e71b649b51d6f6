"""Questions to start from: the settings that ask each, and what to look for."""

from playground.pages.head import Question

QUESTIONS = (
    Question(
        "Where does it look?",
        "Press Play and watch cross-attention.",
        {},
    ),
)
