"""Questions to start from. What a text promises was seen with the seeds 0 to 9 and the first data.

Their pictures are of seed 0 after so many updates; ``make pictures`` draws them again.
"""

from pathlib import Path

from playground.pages.head import Picture, Question

_PICTURES = Path(__file__).parent / "pictures"


def _picture(name: str, updates: int) -> Picture:
    return Picture(path=_PICTURES / f"{name}.png", updates=updates)


QUESTIONS = (
    Question(
        "Does XOR need a hidden layer?",
        "Without one the boundary is a straight line: ten of ten seeds end at 62% of the test points. Add a "
        "layer above the network: four neurons get about 90% and more in 2,000 updates.",
        {"dataset": "xor", "hidden_sizes": ()},
        free=("hidden_sizes",),
        picture=_picture("xor", 2000),
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
        picture=_picture("spiral", 5000),
    ),
    Question(
        "Sigmoid or ReLU in a deep network?",
        "Four layers of sigmoids do not start: ten of ten seeds still guess after 3,000 updates, as their "
        "gradient shrinks from layer to layer. Choose ReLU: all ten are right everywhere after 300.",
        {"hidden_sizes": (8, 8, 8, 8), "activation": "sigmoid", "learning_rate": 0.1},
        free=("activation",),
        picture=_picture("sigmoid", 1000),
    ),
    Question(
        "What if the rate is too high?",
        "At a rate of 3 the loss jumps about: after 2,000 updates none of ten seeds has more than 65% of the "
        "test points. Choose 0.03 and press Reset: all ten have 84% and more by then.",
        {"learning_rate": 3.0},
        free=("learning_rate",),
        picture=_picture("rate", 2000),
    ),
    Question(
        "Can it learn too much?",
        "Few noisy points: the test loss turns and is 0.39 to 0.51 after 10,000 updates (ten seeds). Three cures, "
        "each alone: Training share 80% (0.19 to 0.22), L2 rate 0.03 (0.31), Stop at epoch 100 (0.33 to 0.42).",
        {
            "noise": 0.4,
            "train_share": 0.1,
            "hidden_sizes": (8, 8),
            "learning_rate": 0.1,
        },
        free=("train_share", "weight_decay", "stop_epoch"),
        picture=_picture("overfitting", 10_000),
    ),
    Question(
        "How do ReLUs die?",
        "A rate of 2 throws them to where they are 0 for every point, and have no gradient: after 1,000 updates "
        "two to seven of eight in the first layer are dead, with ten of ten seeds (Inspect, Layers). At 0.3 none "
        "dies there.",
        {"hidden_sizes": (8, 8), "activation": "relu", "learning_rate": 2.0},
        free=("learning_rate", "activation"),
        picture=_picture("dead", 1000),
    ),
    Question(
        "What if all weights begin at 0?",
        "Every hidden neuron has the same gradient, here none at all: ten of ten data sets stay at 45 to 54% in "
        "2,000 updates. Choose Uniform for the initial weights: all have 92% and more by then.",
        {"dataset": "xor", "learning_rate": 0.1, "initializer": "zeros"},
        free=("initializer",),
        picture=_picture("zeros", 2000),
    ),
    Question(
        "Does L2 help on a noisy spiral?",
        "Ten of ten seeds get 90 to 97% of the test points in 8,000 updates, noise and all. An L2 rate of 0.003 "
        "changes little (90 to 96%); 0.03 smooths the spiral away (59%).",
        {
            "dataset": "spiral",
            "noise": 0.5,
            "features": ("x", "y", "sin_x", "sin_y"),
            "hidden_sizes": (8, 8),
            "learning_rate": 0.1,
        },
        free=("weight_decay",),
        picture=_picture("noisy_spiral", 8000),
    ),
    Question(
        "What is the smallest net below 0.177?",
        "It stops at a test loss of 0.177. Two ReLUs never get there in 4,000 updates, eight always (ten seeds). "
        "How few are enough, and for how many seeds? New weights draws the next.",
        {
            "dataset": "xor",
            "noise": 0.3,
            "hidden_sizes": (2,),
            "activation": "relu",
            "learning_rate": 0.1,
            "stop_loss": 0.177,
        },
        free=("hidden_sizes",),
        picture=_picture("smallest", 4000),
    ),
    Question(
        "Can one layer draw any curve?",
        "Each neuron is one step. Two leave a test loss of 0.2 and more (3,000 updates); with three nine of ten "
        "seeds are at 0.02 or less, with sixteen all at 0.01. Or draw it by hand: click a link and type its "
        "weight.",
        {
            "dataset": "curve",
            "features": ("x",),
            "hidden_sizes": (2,),
            "optimizer": "adam",
            "learning_rate": 0.01,
        },
        free=("hidden_sizes",),
        picture=_picture("curve", 3000),
    ),
)

_COMPARED_SPIRAL = {"dataset": "spiral", "features": ("x", "y", "sin_x", "sin_y"), "hidden_sizes": (8, 8)}
#: For Compare. What a text promises was seen with the seeds 0 to 15.
COMPARISONS = (
    Question(
        "Sigmoid or ReLU",
        "Two hidden layers on the spiral. Look at how early each band falls: in 100 epochs 13 of 16 ReLU networks"
        " reach 95% and no Sigmoid, in 400 epochs 15 and 12.",
        {**_COMPARED_SPIRAL, "varied": "activation", "values": "sigmoid,relu", "learning_rate": 0.1},
    ),
    Question(
        "Sigmoid or ReLU in six layers",
        "The same with six hidden layers. Look at each layer’s gradient: Sigmoid’s fades on the way to the first,"
        " and after 400 epochs all 16 still guess; all 16 ReLU networks have reached 95%.",
        {
            **_COMPARED_SPIRAL, "varied": "activation", "values": "sigmoid,relu", "learning_rate": 0.1,
            "hidden_sizes": (8,) * 6,
        },
    ),
    Question(
        "Without or with a hidden layer",
        "One line cannot part the quarters of XOR: without a hidden layer half the points are right, whatever the"
        " seed. Look at the boundaries: with four hidden neurons 14 of 16 seeds reach 95% in 400 epochs.",
        {"dataset": "xor", "varied": "hidden_sizes", "values": "/4"},
    ),
    Question(
        "SGD or Adam",
        "The same learning rate for both. At 0.01 all 16 Adams reach 95% within 100 epochs and no SGD does. Then "
        "take 0.3: it turns round, all 16 SGDs do and no Adam.",
        {**_COMPARED_SPIRAL, "varied": "optimizer", "values": "sgd,adam", "learning_rate": 0.01},
        free=("learning_rate",),
    ),
    Question(
        "Too small, right, too large a learning rate",
        "Three rates, a hundredfold apart. At 0.0003 the loss hardly moves, at 3 it jumps about above that of "
        "guessing; only at 0.03 do the networks reach 95%, 13 of 16 in 100 epochs.",
        {**_COMPARED_SPIRAL, "varied": "learning_rate", "values": "0.0003,0.03,3"},
    ),
    Question(
        "Without or with L2 on noisy data",
        "Few points, much noise: play 400 epochs. Without L2 the test loss turns and rises while the training "
        "loss falls; with it the test loss ends lower, a median of 0.19 beside 0.24, and the accuracy some 3 "
        "points higher.",
        {
            "dataset": "circle", "noise": 0.3, "train_share": 0.1, "hidden_sizes": (8, 8), "learning_rate": 0.1,
            "varied": "weight_decay", "values": "0,0.03", "target_accuracy": 0.85,
        },
    ),
    Question(
        "Xavier or zeros",
        "Where all weights begin at zero, nothing tells one neuron from another, and they never part: after 400 "
        "epochs all 16 networks guess, and 16 of 16 that began with Xavier’s weights have reached 95%.",
        {**_COMPARED_SPIRAL, "varied": "initializer", "values": "xavier,zeros", "activation": "tanh"},
    ),
)  # fmt: skip
