"""Questions to start from. What a text promises was seen with the seeds 0 to 9 and the first data."""

from playground.pages.head import Question

QUESTIONS = (
    Question(
        "Does XOR need a hidden layer?",
        "Without one the boundary is a straight line: ten of ten seeds end at 62 % of the test points. Add a layer "
        "above the network: four neurons get about 90 % and more in 2,000 updates.",
        {"dataset": "xor", "hidden_sizes": ()},
    ),
    Question(
        "Who can unroll the spiral?",
        "Two layers of eight, helped by sin x₁ and sin x₂: ten of ten seeds reach 98 % and more in 5,000 updates. "
        "Click the two sines away: without them the same networks are at 62 to 90 % by then.",
        {
            "dataset": "spiral",
            "features": ("x", "y", "sin_x", "sin_y"),
            "hidden_sizes": (8, 8),
            "learning_rate": 0.1,
        },
    ),
    Question(
        "Sigmoid or ReLU in a deep network?",
        "Four layers of sigmoids do not start: ten of ten seeds still guess after 3,000 updates, as their gradient "
        "shrinks from layer to layer. Choose ReLU: all ten are right everywhere after 300.",
        {"hidden_sizes": (8, 8, 8, 8), "activation": "sigmoid", "learning_rate": 0.1},
    ),
)
