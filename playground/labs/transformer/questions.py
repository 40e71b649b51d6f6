"""Questions to start from: the settings that ask each, and what to look for. Figures are of the seeds 0 to 4."""

from playground.pages.head import Question

QUESTIONS = (
    Question(
        "Where does it look?",
        "Press Play and watch the dots: at first attention is spread evenly, then it finds the words that are "
        "translated. After 200 updates 96 to 98% of unseen numbers are right.",
        {},
        more="Of the best head's attention 74 to 78% is on the true words then. The rest is a lesson: for “cent” "
        "it likes “and” as well as “hundred”, since the two always stand together.",
    ),
    Question(
        "What must cross?",
        "Chinese puts the year to the front and the day of the week to the end, and the lines cross: after 200 "
        "updates all unseen dates are right. For 年, 月 and 日, which no English word says, attention is spread.",
        {"task": "dates", "target": "chinese"},
        more="Of the best head's attention 90 to 95% is on the true words. For 年, 月 and 日 the decoder knows from "
        "its own words that they are due.",
    ),
    Question(
        "Where is 零 from?",
        "105 is 一百零五, and no English word says 零. Train for 300 updates, type 105 and choose the third word "
        "below: where does each head look?",
        {"target": "chinese"},
        more="Each of the four heads has 71 to 100% of its attention for 零 on “hundred” and on “and”. That the "
        "tens are missing stands nowhere: it is what follows “and”.",
    ),
    Question(
        "What if it sees the answer?",
        "Without the causal mask each place sees the very word that it is to write: after 200 updates more than "
        "99% of words are right, given the true ones. By itself it has nothing to copy: compare the two lines.",
        {"causal_mask": False},
        free=("task", "target"),
        more="The training loss is below 0.01 then. By itself it writes 0 to 12% of the numbers right, and 0 to 1% "
        "of dates in 中文.",
    ),
    Question(
        "Is order needed?",
        "Without positions a source is a bag of words, and its order makes no difference at all: try two hundred "
        "and four, and four hundred and two. Then choose dates: they are all right, since each word says what it "
        "is.",
        {"positions": "none"},
        free=("task", "target"),
        more="After 400 updates 46 to 51% of unseen numbers are right, in place of 97% or more; of Reversal 6 to 9%.",
    ),
    Question(
        "Does it know, or remember?",
        "Training has eighty, and it has hundred, but never eighty after hundred; all tests are that. After 200 "
        "updates the training loss is near 0.01, and 0 to 36% of the tests are right. Then choose dates or "
        "sentences.",
        {"held_out": "combination"},
        free=("task", "target"),
        more="After 1,000 updates 0 to 38% of the numbers are right. Dates and sentences hold out a combination "
        "too: there all are right.",
    ),
    Question(
        "Which head matters?",
        "Train for 300 updates and pause, then choose a head and switch it off. Of eight heads in each attention "
        "most can go without a trace; the dearest of the cross heads costs 5 to 20 points of exact match.",
        {"heads": 8},
        free=("silent",),
        more="Which one that is differs from seed to seed: what a head looks at does not say how much hangs on it.",
    ),
    Question(
        "Who feared whom?",
        "In Latin the verb stands last and agrees with the subject: viderunt where several saw. English saw does "
        "not tell, so the verb has to look at two words, the verb and the subject. Choose the last word below.",
        {"task": "sentences"},
        more="After 100 updates all unseen sentences are right.",
    ),
)
