"""Questions to start from: the settings that ask each, and what to look for. Figures are of three or five seeds."""

from playground.pages.head import Question

QUESTIONS = (
    Question(
        "What does “not” do?",
        "Press Play. The last step says whether the main clause praises; the other clause says anything. After 600 "
        "updates all of 200 unseen sentences were right with each of five seeds.",
        {},
    ),
    Question(
        "Can a bag of words tell?",
        "The same words without their order: a sum. After 600 updates it was right for 47 to 53 % with five seeds: "
        "that is chance.",
        {"cell": "bag"},
    ),
    Question(
        "What does a gate remember?",
        "A letter, 40 distractors, a question: which letter was it? With a forget bias of 5 an LSTM had all of 200 "
        "right after 600 updates, with each of five seeds; with 0 it had 23 to 29 %, and a quarter is chance; an RNN "
        "50 to 57 % with four seeds, all with one. Look at the row of gradients before you press Play: how far back "
        "does it reach? Then set the bias to 0.",
        {"task": "recall", "length": 40, "cell": "lstm", "hidden": 32, "forget_bias": 5.0, "learning_rate": 0.003},
    ),
    Question(
        "Does it count brackets?",
        "The answer at every step is how many brackets are open. Look for a row of h that rises and falls with them.",
        {"task": "depth", "hidden": 8},
    ),
    Question(
        "Does it need attention?",
        "English numbers into French: an encoder reads, a decoder writes. Without attention all that was read must "
        "fit into one state. Numbers this short do: with three seeds 79 to 89 % of unseen ones are right after 400 "
        "updates. Switch attention on, and it is 92 to 98 %: it helps, but is not needed here.",
        {"task": "french", "cell": "lstm", "hidden": 64, "learning_rate": 0.003},
    ),
)
