"""Questions to start from: the settings that ask each, and what to look for. Figures: five seeds, or as said."""

from playground.labs.sequence.tasks import TASKS
from playground.pages.head import Question

QUESTIONS = (
    Question(
        "What does “not” do?",
        "Press Play. The last step says whether the main clause praises; the other clause may say anything. Open "
        "States and follow the line: where does it go at “not”?",
        {},
        more="After 600 updates all of 200 unseen sentences were right with each of five seeds.",
    ),
    Question(
        "Can a bag of words tell?",
        "The same words without their order: a sum. After 600 updates it was right for 47 to 53% with five seeds: "
        "that is chance.",
        {"cell": "bag"},
    ),
    Question(
        "Is this message spam?",
        "A stranger promises a gift, or someone asks for a secret: spam. A friend may give, and may warn never to "
        "send one. Type “from casino via mum : hello : you win a trip see you soon”, then swap the two names.",
        {"task": "spam"},
        free=("cell",),
        more="Who passes a message on does not count. In training the tests' senders had other gifts and secrets. "
        "After 200 updates all of 200 were right with each of five seeds; a bag of words had 61 to 68%.",
    ),
    Question(
        "Can it count to two?",
        "Is the number of 1s odd? It learns from 1 to 8 bits. After 800 updates open Lengths: with four of five "
        "seeds all of 40 bits were right too. The short ones show the rule; turn “Shorter ones too” off.",
        {"task": "parity", **TASKS["parity"].suits},
        free=("mixed", "length", "cell"),
        more="Of 1 to 8 bits an LSTM had all unseen ones right after 600 to 800 updates, with each of five seeds. "
        "Of 8 bits alone it learns by heart, 63 to 96% after 600 updates, and fails on longer ones; of 20 it stays "
        "at chance (46 to 53%). No part of the bits says anything, so the gradient leads nowhere until all are "
        "used.",
    ),
    Question(
        "What does a gate remember?",
        "A letter, 40 distractors, a question: which letter was it? With a forget bias of 5 an LSTM had all of 200 "
        "right after 300 updates, with each of five seeds. Then hold the gate f at 0: what is left?",
        {"task": "recall", "length": 40, "cell": "lstm", "hidden": 32, "forget_bias": 5.0, "learning_rate": 0.003},
        more="With a forget bias of 3 it had all of them too. With 0 it had 20 to 29% even after 1,200 updates, and "
        "a quarter is chance. A plain RNN had all with one seed and 26 to 56% with four; after 1,200 it can have "
        "them all too.",
    ),
    Question(
        "How long does it remember?",
        "80 distractors, an LSTM with a forget bias of 3, which was enough for 40. After 1,200 updates three of "
        "five seeds had all right, one 77 and one 25%. Try a forget bias of 5, and a plain RNN: it is no magic.",
        {"task": "recall", "length": 80, "cell": "lstm", "hidden": 32, "forget_bias": 3.0, "learning_rate": 0.003},
        more="With a forget bias of 5 four of five seeds had all and one 73%. A plain RNN of as many units had all "
        "with three, else about half. Which seed fails differs from one processor to another.",
    ),
    Question(
        "Which unit counts brackets?",
        "After 300 updates open Units. With each of five seeds one unit went with the depth (r from .92 to .94). Is "
        "it the one that matters? Without it the loss rose more than without the median unit in three of five only: "
        "others count too.",
        {"task": "depth", "cell": "gru", "hidden": 16},
    ),
    Question(
        "Does it need attention?",
        "Up to ten letters, to be said from the end. Without attention all that was read must fit into one state: "
        "after 400 updates 3 to 7% of unseen ones were right with five seeds, with attention all. Open Attention.",
        {
            "task": "reverse",
            "length": 10,
            "cell": "gru",
            "hidden": 32,
            "attention": True,
            "learning_rate": 0.005,
        },
        free=("attention", "task"),
        more="There a diagonal cross is to be seen: 88 to 91% of the attention lay on the right letter. For "
        "numbers in French a small LSTM gains, of 16 units at a rate of 0.01: 43 to 66% of unseen ones right after "
        "300 updates, with attention 85 to 98%. One of 64 does not need it: 90 to 98% after 200, with attention 94 "
        "to 100%.",
    ),
)
