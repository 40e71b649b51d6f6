"""Questions to start from: the settings that ask each, and what to look for. Figures are of 20 seeds, or as said."""

from typing import Any

from playground.labs.gan.config import DIGITS
from playground.pages.head import Question

#: What the recipes of GAN Lab (poloclub.github.io/ganlab) share. Its players have one layer more than it says.
_GAN_LAB: dict[str, Any] = {
    "loss": "non_saturating",
    "noise": "uniform",
    "generator_optimizer": "sgd",
    "discriminator_optimizer": "sgd",
    "generator_learning_rate": 0.03,
    "discriminator_learning_rate": 0.1,
    "generator_activation": "relu",
    "batch_size": 150,
}

QUESTIONS = (
    Question(
        "Can G learn from D alone?",
        "G never sees a real point. Press Play: the violet fakes spread over the eight modes, and D's map turns "
        "grey where they are, for it can no longer tell. Then both losses stand on their dotted lines, those of "
        "guessing.",
        {},
        more="“Slow motion” tells one round in five stages.",
    ),
    Question(
        "Why one kind of fake only?",
        "G learns ten times as fast as D: it leaps to wherever D believes, and D is too slow to follow. After 1,000 "
        "rounds every seed had 0 to 2 of the eight modes. Some come back later. Or go back in time yourself, and set "
        "G's rate to 0.001.",
        {"generator_learning_rate": 0.005, "discriminator_learning_rate": 0.0005},
        free=("generator_learning_rate", "discriminator_learning_rate"),
    ),
    Question(
        "Can the losses tell?",
        "Press “Guess”: it covers the fakes. Play to round 2,000 or so. Both losses stand near those of guessing, as "
        "in the first question. How many modes has G found? Say it, and see. No curve tells a collapse; count the "
        "modes.",
        {
            "generator_learning_rate": 0.005,
            "discriminator_layers": (8,),
            "penalty": 0.05,
            "batch_size": 128,
        },
    ),
    Question(
        "Can D be too good?",
        "D makes five fast updates a round, G a slow one, by the minimax loss, whose gradient is small where D is "
        "sure. No seed of 14 had more than one mode after 1,000 rounds. Take the non-saturating loss instead.",
        {
            "loss": "minimax",
            "generator_learning_rate": 0.0003,
            "discriminator_learning_rate": 0.005,
            "discriminator_updates_per_round": 5,
            "generator_activation": "relu",
            "batch_size": 128,
        },
        free=("loss",),
        more="With three seeds G had no mode: D's loss was 0 and the arrows had vanished.",
    ),
    Question(
        "Can it write digits?",
        "64 fakes begin as static. Within some hundred rounds strokes appear; after 1,000, every one of ten classes "
        "had come out in every seed, by the nearest of 1,797 real digits. The frame of a fake is what D believes of "
        "it.",
        DIGITS,
    ),
    Question(
        "As GAN Lab does it",
        "Two Gaussians, two layers of 8 for each player, plain gradient descent, and two updates of D for one of "
        "G. Watch the manifold: with uniform noise of two numbers it is a square that G bends.",
        {
            **_GAN_LAB,
            "dataset": "two_gaussians",
            "generator_layers": (8, 8),
            "discriminator_layers": (8, 8),
            "discriminator_updates_per_round": 2,
        },
        more="Compare “Push” with “∇D”, the arrows that GAN Lab draws: those are short where D is sure, also where "
        "the push is strong.",
    ),
    Question(
        "GAN Lab's ring",
        "Three updates of D for one of G, and a D of three layers. G has to bend a square of noise into a ring: "
        "watch the manifold fold over.",
        {
            **_GAN_LAB,
            "dataset": "ring",
            "generator_layers": (10, 10),
            "discriminator_layers": (9, 9, 9),
            "discriminator_updates_per_round": 3,
        },
        more="After 2,000 rounds two seeds of five were as near as a fresh sample is, three were three to four "
        "times as far.",
    ),
    Question(
        "GAN Lab's three blobs",
        "One square of noise, three separate blobs: something has to lie between them. It circles: after 2,000 "
        "rounds eight seeds had 0, 1, 1, 2, 2, 3, 3 and 3 blobs, with 0 to 84% of the fakes on one.",
        {
            **_GAN_LAB,
            "dataset": "disjoint",
            "generator_layers": (10, 10),
            "discriminator_layers": (11, 11),
        },
    ),
    Question(
        "GAN Lab's line",
        "Both rates three times smaller, and one update each: slow, but steady. After 1,000 rounds five seeds "
        "were four to eight times as far as a fresh sample is; after 2,000 one was as near, the others three "
        "to five times as far.",
        {
            **_GAN_LAB,
            "dataset": "line",
            "generator_layers": (8, 8),
            "discriminator_layers": (8, 8),
            "generator_learning_rate": 0.01,
            "discriminator_learning_rate": 0.03,
        },
    ),
)

#: For Compare, with players of two layers of 16. Figures are of 32 seeds.
COMPARISONS = (
    Question(
        "Bad luck, or too fast a G?",
        "D's rate is 0.002. After 1,000 rounds the slow G had three modes or more with every seed, and all eight "
        "with 16 of 32; the fast G had one or none with 29. Yet D's median loss, 1.36 and 1.38, is near that of "
        "guessing, 1.39, for both: count the modes.",
        {"of": "gan", "varied": "generator_learning_rate", "values": "0.001,0.01"},
    ),
    Question(
        "Should D learn more often?",
        "One update of D for one of G, or five. After 500 rounds the medians were 2 and 6 of 8 modes. But five cost "
        "more time, and by 1,000 rounds one has nearly caught up: 7 or 8 modes with 24 seeds of 32, and with 30.",
        {"of": "gan", "varied": "discriminator_updates_per_round", "values": "1,5"},
    ),
    Question(
        "Does the loss decide?",
        "Each seed is a toss: after 1,000 rounds 32 seeds had 3 to 8 modes with one loss, 1 to 8 with the other, and "
        "a median of 7 with both. Where D is not too sure, minimax does as well.",
        {"of": "gan", "varied": "loss", "values": "minimax,non_saturating"},
    ),
)
