"""Questions to start from. What a text promises was seen with the seeds 0 to 9 and the first data."""

from playground.pages.head import Question

QUESTIONS = (
    Question(
        "Does XOR need a hidden layer?",
        "Without one the boundary is a straight line: ten of ten seeds end at 62% of the test points. Add a layer "
        "above the network: four neurons get about 90% and more in 2,000 updates.",
        {"dataset": "xor", "hidden_sizes": ()},
        free=("hidden_sizes",),
    ),
    Question(
        "Who can unroll the spiral?",
        "Two layers of eight, helped by sin x₁ and sin x₂: ten of ten seeds reach 98% and more in 5,000 updates. "
        "Press the two sines away: without them the same networks are at 62 to 90% by then.",
        {
            "dataset": "spiral",
            "features": ("x", "y", "sin_x", "sin_y"),
            "hidden_sizes": (8, 8),
            "learning_rate": 0.1,
        },
        free=("features",),
    ),
    Question(
        "Sigmoid or ReLU in a deep network?",
        "Four layers of sigmoids do not start: ten of ten seeds still guess after 3,000 updates, as their gradient "
        "shrinks from layer to layer. Choose ReLU: all ten are right everywhere after 300.",
        {"hidden_sizes": (8, 8, 8, 8), "activation": "sigmoid", "learning_rate": 0.1},
        free=("activation",),
    ),
    Question(
        "What if the rate is too high?",
        "At a rate of 3 the loss jumps about: after 2,000 updates none of ten seeds has more than 65% of the test "
        "points. Choose 0.03 and press Reset: all ten have 84% and more by then.",
        {"learning_rate": 3.0},
        free=("learning_rate",),
    ),
    Question(
        "Can it learn too much?",
        "A tenth of the noisy points to train on. Play 10,000 updates: the training loss goes on falling, the test "
        "loss turns and rises. The median of ten seeds then has 98% of the training points right, of the rest 74%.",
        {
            "noise": 0.4,
            "train_share": 0.1,
            "hidden_sizes": (8, 8),
            "learning_rate": 0.1,
        },
    ),
)
