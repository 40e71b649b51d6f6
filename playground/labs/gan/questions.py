"""Questions to start from: the settings that ask each, and what to look for."""

from playground.pages.head import Question

QUESTIONS = (
    Question(
        "Can G learn from D alone?",
        "G never sees a real point. Press Play: the violet fakes spread over the eight modes, and D's map turns grey "
        "where they are, for it can no longer tell. Then both losses stand on their dotted lines, those of guessing.",
        {},
    ),
)
