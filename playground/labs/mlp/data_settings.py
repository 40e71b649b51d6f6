"""What the points are that a network learns: the first part of the settings of the multilayer-perceptron lab."""

from dataclasses import dataclass

from playground.data import formula
from playground.data.formula import CurveText
from playground.data.own import MOST_CLASSES, MOST_COLUMNS, MOST_POINTS, OwnPoints, highest_label
from playground.data.points import DATASETS, Dataset, dataset_of
from playground.data.tables import COMPONENTS, TABLES, Table, own_table
from playground.hyperparameters import SEED
from playground.kinds import Choice, Flag, Integer, Maybe, Pair, Share, Text
from playground.run import RunConfig
from playground.settings import Problem, Renewal, setting


@dataclass(frozen=True)
class DataSettings(RunConfig):
    """The dataset, and how its points are drawn and divided."""

    dataset: str = setting(
        "circle",
        Choice(DATASETS),
        "Dataset",
        help="What is to be learned: points of some classes, or of values. Try Gaussian, then Circle, then Spiral.",
        goes_on=True,
        redraws=True,
    )
    noise: float = setting(
        0.0,
        Share(0.0, 0.5),
        "Noise",
        help="How far the points stray from their pattern, 0 to 50%. On the circle each coordinate moves by up to "
        "±5 · noise before the label is read. Try 50%: classes mix, and no network gets all test points right.",
        goes_on=True,
        redraws=True,
    )
    train_share: float = setting(
        0.5,
        Share(0.1, 0.9, step=0.05),
        "Training share",
        help="The share of the points that is trained on, 10 to 90%. The others are the test set: the network "
        "never learns from them, so the test loss shows what it makes of points that it has not seen. Try 10% "
        "with 30% noise and layers 8-8: the training loss falls far below the test loss.",
        goes_on=True,
        redraws=True,
    )
    points: int | None = setting(
        None,
        Maybe(Integer(20, MOST_POINTS)),
        "Points",
        quiet=True,
        help=f"How many points are drawn, 20 to {MOST_POINTS:,}: those to train on and those to test. A table has "
        "so many rows as it has. Try 50, then 2,000, with 30% noise and layers 8-8: with more points the test "
        "loss ends lower.",
        usual=(None, 50, 100, 200, 500, 1000, 2000, 5000),
        goes_on=True,
        redraws=True,
    )
    table_columns: tuple[int, int] = setting(
        (1, 2),
        Pair(Integer(min(COMPONENTS), MOST_COLUMNS)),
        "Columns",
        quiet=True,
        help="Which columns of a table are x₁ and x₂, counted from 1; -1 and -2 are the first two principal "
        "components of all columns.",
        usual=((1, 2), (1, 3), (2, 3), COMPONENTS),
        goes_on=True,
        redraws=True,
    )
    all_columns: bool = setting(
        False,
        Flag(),
        "All columns",
        quiet=True,
        help="Whether a network sees all columns of a table, each scaled to mean 0 and variance 1, in place of two: "
        "the plane is then a slice through the space of all columns.",
        goes_on=True,
        redraws=True,
    )
    curve: str = setting(
        formula.USUAL_CURVE,
        CurveText(),
        "f(x)",
        quiet=True,
        help="The curve to learn, a formula of x with values from −1 to 1 for x from −6 to 6: numbers, pi, + - * /, "
        f"powers up to 6, {', '.join(formula.FUNCTIONS)}. Try one neuron, then four.",
        usual=(formula.USUAL_CURVE, "abs(x)/3 - 1", "tanh(6*x)", "sin(x*abs(x)/3)", "2*exp(-x*x) - 1"),
        goes_on=True,
        redraws=True,
    )
    own: str = setting(
        "",
        OwnPoints(),
        "Own points",
        live=True,
        redraws=True,
        help="Your own points, painted or brought, for the dataset of that name.",
        usual=("",),
        bulky=True,
    )
    own_names: str = setting(
        "",
        Text(1200),
        "Own names",
        quiet=True,
        help="Names of the columns, such as x₁ and x₂, and of the classes of your own points, as in a|b|c.",
        goes_on=True,
        redraws=True,
    )
    own_classes: int = setting(
        2,
        Integer(0, MOST_CLASSES),
        "Own classes",
        quiet=True,
        help=f"How many classes your own points have, 2 to {MOST_CLASSES}; 0 where they have values instead.",
        usual=(2, 3, 4, 5, 6),
        goes_on=True,
        redraws=True,
    )
    data_seed: int = setting(
        0,
        SEED,
        "Data seed",
        live=True,
        help="Which points are drawn, 0 to 2,147,483,647: the same seed always draws the same. Try others with "
        "10% to train on: the boundary depends on which they are.",
        redraws=True,
        renewal=Renewal("Regenerate data", "Draw new points from the same distribution"),
    )

    @property
    def data(self) -> Dataset:
        """The dataset, with what is chosen of it."""
        own = self.own, self.own_classes, self.own_names
        return dataset_of(self.dataset, self.points, tuple(self.table_columns), *own, self.curve, self.all_columns)

    @property
    def table(self) -> Table | None:
        """The table, or None where the points are of a formula or painted."""
        if self.dataset == "own":
            return own_table(self.own, self.own_classes, self.own_names)
        return TABLES.get(self.dataset)

    @property
    def train_size(self) -> int:
        """The number of points to train on."""
        return self.data.train_size(self.train_share)

    def data_conflicts(self) -> list[Problem]:
        """Returns problems of what is chosen of the dataset; without one, ``data`` is as chosen."""
        found, table = [], self.table
        if table and self.points and self.points > table.rows:
            found.append(Problem("points", f"{self.points} is more than the {table.rows} rows of {table.label}"))
        beyond = [each for each in self.table_columns if table and each not in (*COMPONENTS, *table.numbers)]
        if table and beyond:
            words = f"{beyond[0]} is not one of {table.label}'s {len(table.columns)} columns, nor -1 or -2"
            found.append(Problem("table_columns", words))
        if self.dataset != "own":
            return found
        if self.own_classes == 1:
            found.append(
                Problem("own_classes", f"1 class is nothing to learn; use 2 to {MOST_CLASSES}, or 0 for values")
            )
        elif self.own_classes and highest_label(self.own) >= self.own_classes:
            found.append(
                Problem(
                    "own_classes", f"your points have {highest_label(self.own) + 1} classes, not {self.own_classes}"
                )
            )
        return found
