"""Questions to start from: the settings that ask each, and what to look for. Figures are of four seeds."""

from playground.pages.head import Question

QUESTIONS = (
    Question(
        "Can G learn from D alone?",
        "G never sees a real point. Press Play: the violet fakes spread over the eight modes, and D's map turns grey "
        "where they are, for it can no longer tell. Then both losses stand on their dotted lines, those of guessing.",
        {},
    ),
    Question(
        "Why one kind of fake only?",
        "G learns ten times as fast as D: it leaps to wherever D believes, and D is too slow to follow. After 2,000 "
        "rounds four seeds of four had 0 to 2 of the eight modes, and yet the losses stand near those of guessing: "
        "no loss tells a collapse.",
        {"loss": "non_saturating", "generator_learning_rate": 0.005, "discriminator_learning_rate": 0.0005},
    ),
    Question(
        "Can D be too good?",
        "D makes five fast updates a round, G a slow one. With the minimax loss, whose gradient is small where D is "
        "sure, three seeds of four had one mode after 1,000 rounds, and one had none: there D's loss was 0 and "
        "nothing was left to learn from. Take the non-saturating loss instead, and every G has at least one.",
        {
            "loss": "minimax",
            "generator_learning_rate": 0.0003,
            "discriminator_learning_rate": 0.005,
            "discriminator_updates_per_round": 5,
        },
    ),
)
