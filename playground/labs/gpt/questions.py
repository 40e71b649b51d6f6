"""Questions to start from: the settings that ask each, and what to look for. Figures: five seeds, or as said."""

from playground.pages.head import Question

QUESTIONS = (
    Question(
        "When do letters become words?",
        "Press Play and read. After 100 updates about half of the words are real (37 to 63% with five seeds), after "
        "200 it is 82 to 95%. Sentences by the rules come last: 8 to 25% of the lines after 200 updates, 46 to 100% "
        "after 800.",
        {},
    ),
    Question(
        "Can it sort?",
        "CABBAC: is followed by its letters in order. The network sees examples only, and its 72 test words never: "
        "after 200 updates all of them are right. Press a letter of the answer to see where each head looks.",
        {"corpus": "sort"},
    ),
    Question(
        "Do two layers see more than one?",
        "Ten letters in any order, then the same again from any of them on. Only looking back tells what comes: "
        "find the same letter, and say what followed it. That takes two layers: choose one, and it gains nothing.",
        {"corpus": "circles", "heads": 2, "width": 32},
        free=("layers",),
        more="After 700 updates a letter that is said again cost 1.1 to 1.4 nats less than at the first time with "
        "four of five seeds, after 1,200 1.3 to 1.5 with each.",
    ),
    Question(
        "How does a sentence come about?",
        "One letter at a time: the bars say what may come, one is drawn by them, it joins the text, and all is "
        "asked again. Train for some 400 updates and pause, then press one letter of the text after the other.",
        {"corpus": "elman"},
        more="Within a word few letters are left, behind it many. Inside a layer shows the numbers that make them. "
        "In these sentences one stands within another: boys who Mary chases feed cats. Is feed right there, or "
        "feeds?",
    ),
    Question(
        "What is temperature?",
        "Only a division. Train for some 300 updates and pause, then move Temperature: the logits stay, the column "
        "÷ T grows or shrinks, and the bars of softmax follow.",
        {"corpus": "names"},
        more="Towards 0.2 the likeliest letter takes most, and the names are alike; at 10 all letters have a "
        "chance, and the names fall apart.",
    ),
)
