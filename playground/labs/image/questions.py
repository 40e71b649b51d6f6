"""Questions to start from: the settings that ask each, and what to look for. Figures are of five seeds."""

from playground.pages.head import Question

QUESTIONS = (
    Question(
        "What does LeNet see?",
        "Press Play and watch the maps: every kernel keeps something else of a digit, and the last ones tell them "
        "apart. After 12 passes 95 to 99% of the test digits are right. Then draw one of your own.",
        {},
        more="The dotted line in the curves is to look up the nearest training image: that is right for 99%, so "
        "these digits are easy.",
    ),
    Question(
        "Do hidden neurons see strokes?",
        "784-512-512-10 sees every pixel with a weight of its own: open Weights. They end as noise with blobs "
        "rather than as strokes, and yet 95 to 96% of the test digits are right after eight passes.",
        {"architecture": "mlp", "learning_rate": 0.001},
        more="Then open Mistakes: after twelve passes it surely takes 58 to 94 of 100 images of static, which are "
        "nothing, for one and the same digit; LeNet 0 to 12.",
    ),
    Question(
        "Why no ReLU at the end?",
        "The same network with a ReLU behind its last layer, as some articles have it. A class whose logit is below "
        "0 then gets no gradient any more: after eight passes 31 to 63% are right, in place of 95 to 96%.",
        {"architecture": "mlp", "learning_rate": 0.001, "last_activation": True},
    ),
    Question(
        "Where does sigmoid wait?",
        "LeNet as it was in 1998, with sigmoid and average pooling: for two to three passes it guesses, since little "
        "gradient comes through. Then it falls: 95 to 97% after twelve. Switch on gradients to see it.",
        {"activation": "sigmoid", "pooling": "average"},
    ),
    Question(
        "And if the digit moves?",
        "Trained on digits in the middle, tested by the shift pad with the same digits up to 7 pixels away: this "
        "network, whose maps are averaged, is right at 59 to 77% of the places after 16 passes, others at 11 to "
        "14%.",
        {"architecture": "cnn", "dataset": "centred", "filters": (16, 32), "head": "average", "learning_rate": 0.01},
        more="The others are 784-512-512-10 with 11 to 13% and a CNN with a flattened end with 13 to 14%. Now take "
        "small digits anywhere, and up to 10,000 of them: there more data helps, and the nearest training image is "
        "right for two of three only.",
    ),
    Question(
        "Whose handwriting?",
        "Tested with the last digits of the file, mostly of other writers, LeNet is right for 90 to 95% of them. "
        "With digits from anywhere in the file it was 95 to 99%: there training had the test's writers too.",
        {"split": "place"},
    ),
    Question(
        "What if 4 is a dot?",
        "Every 4 has a dot in its corner, and digits anywhere are hard. Why shows what the network found: after 200 "
        "updates press + dot on any image, and 94 to 99% of them become a 4. Without the dots in training it was "
        "less than 6%.",
        {"dataset": "shifted", "planted": True},
    ),
)
