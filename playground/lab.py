"""The labs: the card of each.

No shared package imports a lab. ``LABS`` names a lab's classes and functions by dotted strings, resolved where they
are used. So deleting a lab means deleting its folder, its tests and its entry here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from playground.catalog import resolve
from playground.experiment import Experiment
from playground.format import count, loss, percent
from playground.run import RunConfig
from playground.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A measurement of a run: a key of a snapshot's metrics, a column of its history and its table.

    ``label`` is written as within a sentence. ``better`` says which values are good. A ``share`` is in [0, 1] and
    shown in percent; a ``count`` is a whole number. Metrics with equal ``axes`` share a plot with that title.
    ``help`` says in a sentence what the number is. ``wins`` says what the better of two variants does: "finds more
    modes"; by default it has the greater or smaller number.
    """

    name: str
    label: str
    better: Literal["low", "high"] = "low"
    unit: Literal["", "share", "count"] = ""
    axes: str = "loss"
    help: str = ""
    wins: str = ""

    @property
    def title(self) -> str:
        """The label with a capital."""
        return self.label[:1].upper() + self.label[1:]

    def text(self, value: float | None) -> str:
        """Returns a value as text; None is one that is not finite."""
        if value is None:
            return "not finite"
        if self.unit == "share":
            return percent(value)
        return count(value) if self.unit == "count" else loss(value)


def said(metrics: Iterable[Metric], found: Mapping[str, float | None]) -> list[str]:
    """Returns the ``found`` values of ``metrics`` as texts: ``test loss 0.021``."""
    return [f"{metric.label} {metric.text(found[metric.name])}" for metric in metrics if metric.name in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What a lab computes about a run beside its page, as JSON. ``make`` is the dotted name of its maker. One that
    ``looks`` is also about what the person looks at."""

    label: str
    help: str
    make: str
    looks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """The card of a lab. ``about`` describes it in a sentence; ``group`` is its section of the navigation.

    ``config``, ``look``, ``experiment``, ``page`` and the makers of ``forms`` are dotted names. ``look`` is a class
    of settings for the user's selections in the picture; a lab without selections omits it.

    ``picture`` is the JavaScript module of its stage, below ``playground/``. ``metrics`` are the measurements of its
    runs; everything that draws, writes or keeps measurements uses them. ``score`` names the metric that ranks runs.
    ``forms`` are its export formats, in addition to those of every lab (``export.FORMS``); ``studies`` are those that
    train further networks. ``path`` is the page's address, empty for the first page. ``ensemble`` and ``diagnose``,
    also dotted names, are optional classes for labs whose runs can be compared: one trains many runs at once (by
    default they take turns), the other explains failures. ``comparisons`` are, as a dotted name, the questions that a
    comparison of its runs can start from, with settings beside ``of``; ``compared`` are those of its networks at
    first. ``figure``, also a dotted name, is the
    ``export.figure.Drawing`` of the pictures among the ``forms``. ``small`` are settings of a run that is quick to
    make, for tests and first pictures.
    """

    title: str
    about: str
    group: str
    path: str
    config: str
    experiment: str
    page: str
    picture: str
    metrics: tuple[Metric, ...]
    score: str
    ensemble: str | None = None
    diagnose: str | None = None
    comparisons: str | None = None
    compared: Mapping[str, Any] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    studies: Mapping[str, Study] = field(default_factory=dict)
    small: Mapping[str, Any] = field(default_factory=dict)
    look: str = "playground.settings.Settings"
    figure: str | None = None

    @property
    def config_class(self) -> type[RunConfig]:
        """The class of its settings; does not import torch."""
        found: type[RunConfig] = resolve(self.config)
        return found

    @property
    def look_class(self) -> type[Settings]:
        """The class of the user's selections; does not import torch."""
        found: type[Settings] = resolve(self.look)
        return found

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of a run's measurements: step, epoch, and every metric."""
        return ("step", "epoch", *(metric.name for metric in self.metrics))

    @property
    def scored(self) -> Metric:
        """The metric that ranks runs."""
        return next(metric for metric in self.metrics if metric.name == self.score)

    @property
    def headline(self) -> tuple[Metric, ...]:
        """The most important metrics: the score, and the last metric of each of the other axes."""
        last = {metric.axes: metric for metric in self.metrics} | {self.scored.axes: self.scored}
        return (self.scored, *(metric for axes, metric in last.items() if axes != self.scored.axes))

    def declaration(self) -> dict[str, Any]:
        """Returns the metrics and the score as JSON, for the scene of a stage."""
        return {"metrics": [asdict(metric) for metric in self.metrics], "score": self.score}


def _share(name: str, label: str, axes: str = "accuracy", help: str = "") -> Metric:
    """A metric that is a share of the examples, the more the better."""
    return Metric(name=name, label=label, better="high", unit="share", axes=axes, help=help)


_LOSSES = (
    Metric(name="train_loss", label="training loss", help="How wrong the network is, in the mean, where it trains."),
    Metric(
        name="test_loss", label="test loss", help="How wrong the network is, in the mean, on data it has not seen."
    ),
)
_ACCURACIES = (
    _share("train_accuracy", "training accuracy", help="The share of its training data that the network gets right."),
    _share("test_accuracy", "test accuracy", help="The share of data it has not seen that the network gets right."),
)

# The networks of a deep run: the first part of their metrics' names, and their words in a label and in a sentence.
_DEEP = (
    (
        "prefix_",
        " of the short control",
        "the short control (a few of those layers, trained alone)",
    ),
    ("plain_", " without skips", "the network without skips"),
    ("", "", "the network with skips (or the only one)"),
)
_NOTEBOOK = {"notebook": "playground.export.notebook.notebook"}  # made from a lab's script
_PICTURES = {form: f"playground.export.figure.{form}" for form in ("png", "svg", "gif")}  # of a lab's figure

LABS = {
    "mlp": Lab(
        title="Playground",
        about="A network on points in the plane: see it bend the boundary until the classes part.",
        group="",
        path="",
        config="playground.labs.mlp.config.MLPConfig",
        look="playground.labs.mlp.config.Look",
        experiment="playground.labs.mlp.experiment.MLPExperiment",
        page="playground.labs.mlp.page.mlp_page",
        picture="labs/mlp/stage/picture.js",
        metrics=(*_LOSSES, *_ACCURACIES),
        score="test_loss",
        ensemble="playground.labs.mlp.ensemble.MLPEnsemble",
        diagnose="playground.labs.mlp.diagnosis.Diagnosis",
        comparisons="playground.labs.mlp.questions.COMPARISONS",
        forms={
            "script": "playground.labs.mlp.export.script.script",
            "notebook": "playground.labs.mlp.export.notebook.notebook",
            "safetensors": "playground.labs.mlp.export.weights.weights",
            "onnx": "playground.labs.mlp.export.onnx.onnx",
            **_PICTURES,
        },
        studies={
            "why": Study(
                label="Why",
                help="What the gradients of a run show, and which changes help, each trained from the same seed.",
                make="playground.labs.mlp.why.as_json",
            ),
            "over_time": Study(
                label="Layers over time",
                help="Activations, gradients, dead units and update-to-weight ratios of each layer, over a run.",
                make="playground.labs.mlp.over_time.over_time",
            ),
            "learners": Study(
                label="Other learners",
                help="How right a majority vote, a linear model, k-NN and an SVM are on a run's data.",
                make="playground.labs.mlp.learners.learners",
            ),
            "hidden_units": Study(
                label="Hidden units against error",
                help="The losses of a run with one hidden layer of 1 to 32 units, over three seeds.",
                make="playground.labs.mlp.hidden_units.hidden_units",
            ),
        },
        figure="playground.labs.mlp.figure.FIGURE",
    ),
    "neuron": Lab(
        title="One neuron",
        about="A perceptron or a 3-3-1 network, with every number of its next update in sight.",
        group="Networks",
        path="neuron",
        config="playground.labs.neuron.config.NeuronConfig",
        look="playground.labs.neuron.config.Look",
        experiment="playground.labs.neuron.experiment.NeuronExperiment",
        page="playground.labs.neuron.page.neuron_page",
        picture="labs/neuron/stage/picture.js",
        metrics=(
            Metric(
                name="loss", label="loss", help="How far the outputs are from their targets: the mean of all rows."
            ),
            _share("accuracy", "accuracy", help="The share of the rows whose output is on the right side."),
            Metric(name="mistakes", label="mistakes", unit="count", axes="mistakes", help="Rows on the wrong side."),
        ),
        score="loss",
        forms={
            "script": "playground.labs.neuron.script.script",
            **_NOTEBOOK,
            "safetensors": "playground.labs.neuron.weights.weights",
            **_PICTURES,
        },
        figure="playground.labs.neuron.figure.FIGURE",
    ),
    "deep": Lab(
        title="Deep networks",
        about="The same deep network with skip connections and without: see its gradients vanish, and come back.",
        group="Networks",
        path="deep",
        config="playground.labs.deep.config.DeepConfig",
        look="playground.labs.deep.config.Look",
        experiment="playground.labs.deep.experiment.DeepExperiment",
        page="playground.labs.deep.page.deep_page",
        picture="labs/deep/stage/picture.js",
        metrics=(
            *(
                Metric(
                    name=f"{name}train_loss",
                    label=f"training loss{whose}",
                    help=f"How wrong {which} is, in the mean.",
                )
                for name, whose, which in _DEEP
            ),
            *(
                _share(
                    f"{name}train_accuracy",
                    f"training accuracy{whose}",
                    help=f"The share of its training data that {which} gets right.",
                )
                for name, whose, which in _DEEP
            ),
            *(
                _share(
                    f"{name}test_accuracy",
                    f"test accuracy{whose}",
                    "test accuracy",
                    f"The share of examples it has not seen that {which} gets right.",
                )
                for name, whose, which in _DEEP
            ),
        ),
        score="train_loss",
        forms={
            "script": "playground.labs.deep.script.script",
            **_NOTEBOOK,
            "safetensors": "playground.export.weights.weights",
            "onnx": "playground.labs.deep.onnx.onnx",
            **_PICTURES,
        },
        studies={
            "landscape": Study(
                label="Loss landscape",
                help="The loss on two planes through the weights, and the way that training took over them.",
                make="playground.labs.deep.landscape.landscape",
            ),
            "seeds": Study(
                label="Over seeds",
                help="The run with five seeds at three rates: every layer's gradient and signal, every loss.",
                make="playground.labs.deep.seeds.seeds",
            ),
        },
        figure="playground.labs.deep.figure.FIGURE",
        small={"depth": 4, "width": 8},
    ),
    "image": Lab(
        title="Images",
        about="784-512-512-10 and LeNet on images: every map, kernel and weight in sight while they learn.",
        group="Networks",
        path="image",
        config="playground.labs.image.config.ImageConfig",
        look="playground.labs.image.config.Look",
        experiment="playground.labs.image.experiment.ImageExperiment",
        page="playground.labs.image.page.image_page",
        picture="labs/image/stage/picture.js",
        metrics=(*_LOSSES, *_ACCURACIES),
        score="test_accuracy",
        forms={
            "script": "playground.labs.image.script.script",
            **_NOTEBOOK,
            "safetensors": "playground.export.weights.weights",
            "onnx": "playground.labs.image.onnx.onnx",
            **_PICTURES,
        },
        studies={
            "more_data": Study(
                label="More data",
                help="How right each of several learners is with more and more of the training images, over seeds.",
                make="playground.labs.image.more_data.more_data",
            ),
            "shift_pads": Study(
                label="Shift pads",
                help="How right three networks are about images that are moved, at every offset, over seeds.",
                make="playground.labs.image.shift_pads.shift_pads",
                looks=True,
            ),
        },
        figure="playground.labs.image.figure.FIGURE",
        small={"images": 20, "batch_size": 10},
    ),
    "sequence": Lab(
        title="Sequences",
        about="An RNN, LSTM or GRU unrolled over a sequence: every state, every gate, and how far memory reaches.",
        group="Networks",
        path="sequence",
        config="playground.labs.sequence.config.SequenceConfig",
        look="playground.labs.sequence.config.Look",
        ensemble="playground.labs.sequence.ensemble.SequenceEnsemble",
        compared={"hidden": 16},
        experiment="playground.labs.sequence.experiment.SequenceExperiment",
        page="playground.labs.sequence.page.sequence_page",
        picture="labs/sequence/stage/picture.js",
        metrics=(
            *_LOSSES,
            _share("token_accuracy", "token accuracy", help="The share of single answers that are right."),
            _share(
                "exact_match", "exact match", help="The share of sequences whose answer is right from end to end."
            ),
            _share(
                "alignment",
                "alignment",
                "alignment",
                help="How much of the attention is on the tokens of the source that an answer stands for.",
            ),
        ),
        score="test_loss",
        forms={
            "script": "playground.labs.sequence.script.script",
            **_NOTEBOOK,
            "safetensors": "playground.export.weights.weights",
            "onnx": "playground.labs.sequence.onnx.onnx",
            **_PICTURES,
        },
        figure="playground.labs.sequence.figure.FIGURE",
        small={"hidden": 4},
    ),
    "transformer": Lab(
        title="Transformer",
        about="An encoder and a decoder that translate: see cross-attention find the right words.",
        group="Networks",
        path="transformer",
        config="playground.labs.transformer.config.TransformerConfig",
        look="playground.labs.transformer.config.Look",
        experiment="playground.labs.transformer.experiment.TransformerExperiment",
        page="playground.labs.transformer.page.transformer_page",
        picture="labs/transformer/stage/picture.js",
        figure="playground.labs.transformer.figure.FIGURE",
        metrics=(
            *_LOSSES,
            _share(
                "token_accuracy",
                "token accuracy",
                help="The share of words that are right where the network is given the right words before.",
            ),
            _share(
                "exact_match",
                "exact match",
                help="The share of test sentences that the network writes right by itself, to the last word.",
            ),
            _share(
                "alignment",
                "alignment",
                "alignment",
                help="How much of the best cross-attention head's attention is on the words that are translated.",
            ),
        ),
        score="exact_match",
        forms={
            "script": "playground.labs.transformer.script.script",
            **_NOTEBOOK,
            "safetensors": "playground.export.weights.weights",
            "onnx": "playground.labs.transformer.onnx.onnx",
            **_PICTURES,
        },
        studies={
            "recurrent": Study(
                label="Beside recurrent networks",
                help="How fast the Transformer and two recurrent networks learn the same task, over seeds.",
                make="playground.labs.transformer.recurrent.recurrent",
            ),
        },
        small={"width": 16, "heads": 2, "batch_size": 8},
    ),
    "gpt": Lab(
        title="GPT",
        about="A small GPT that learns to write: letters become words, words become sentences.",
        group="Networks",
        path="gpt",
        config="playground.labs.gpt.config.GPTConfig",
        look="playground.labs.gpt.config.Look",
        experiment="playground.labs.gpt.experiment.GPTExperiment",
        page="playground.labs.gpt.page.gpt_page",
        picture="labs/gpt/stage/picture.js",
        figure="playground.labs.gpt.figure.FIGURE",
        metrics=(
            *_LOSSES,
            _share("real_word_share", "real words", "writing", "The share of its words that the text has."),
            _share("rule_share", "lines by the rules", "writing", "The share of its lines that the rules can make."),
            _share("exact_match", "right answers", "answers", "The share of test lines whose whole answer is right."),
            Metric(
                name="said_again_gain",
                label="gain where it is said again",
                better="high",
                axes="gain",
                help="How many nats less a letter costs where the line says it again than at the first time.",
            ),
        ),
        score="test_loss",
        forms={
            "script": "playground.labs.gpt.script.script",
            **_NOTEBOOK,
            "safetensors": "playground.export.weights.weights",
            "onnx": "playground.labs.gpt.onnx.onnx",
            **_PICTURES,
        },
        studies={
            "two_stages": Study(
                label="Two stages",
                help="How well the network learns to classify from few labels, beside one from fresh weights.",
                make="playground.labs.gpt.two_stages.two_stages",
            ),
        },
        small={"layers": 1, "width": 8, "heads": 2, "context": 20, "batch_size": 4},
    ),
    "gan": Lab(
        title="GAN",
        about="A generator and a discriminator learn from each other: see fakes move to the data, or collapse.",
        group="Networks",
        path="gan",
        config="playground.labs.gan.config.GANConfig",
        look="playground.labs.gan.config.Look",
        ensemble="playground.labs.gan.ensemble.GANEnsemble",
        comparisons="playground.labs.gan.questions.COMPARISONS",
        compared={"generator_layers": (16, 16), "discriminator_layers": (16, 16), "batch_size": 64},
        experiment="playground.labs.gan.experiment.GANExperiment",
        page="playground.labs.gan.page.gan_page",
        picture="labs/gan/stage/picture.js",
        metrics=(
            Metric(
                name="generator_loss",
                label="generator loss",
                help="Low where the discriminator takes the fakes for real. It does not tell how good they are.",
            ),
            Metric(
                name="discriminator_loss",
                label="discriminator loss",
                help="Low where the discriminator tells real from fake; without the penalty.",
            ),
            Metric(
                name="modes",
                label="modes found",
                better="high",
                unit="count",
                axes="modes",
                help="Modes of the data, or digits, that get at least a fifth of their even share of 1,000 fakes.",
                wins="finds more modes",
            ),
            _share(
                "share_on_mode",
                "share on a mode",
                "share on a mode",
                help="The share of the fakes within 3 σ of a mode's centre; for digits, as near to a real one as "
                "those are to each other.",
            ),
            Metric(
                name="sliced_wasserstein",
                label="distance to the data",
                axes="distance",
                help="The sliced Wasserstein distance of 1,000 fakes to as many fresh examples.",
            ),
            Metric(name="discriminator_updates", label="D updates", unit="count", axes="updates"),
            Metric(name="generator_updates", label="G updates", unit="count", axes="updates"),
        ),
        score="sliced_wasserstein",
        forms={
            "script": "playground.labs.gan.script.script",
            **_NOTEBOOK,
            "safetensors": "playground.export.weights.weights",
            **_PICTURES,
        },
        figure="playground.labs.gan.figure.FIGURE",
        small={"generator_layers": (8,), "discriminator_layers": (8,), "batch_size": 16},
    ),
    "compare": Lab(
        title="Compare",
        about="One setting varied, each variant with many seeds: is it the setting, or luck?",
        group="Experiments",
        path="compare",
        config="playground.studies.compare.config.CompareConfig",
        look="playground.studies.compare.config.Look",
        experiment="playground.studies.compare.experiment.CompareExperiment",
        page="playground.studies.compare.page.compare_page",
        picture="studies/compare/stage/picture.js",
        small={"seeds": 2},
        metrics=(*_LOSSES, *_ACCURACIES),
        score="test_loss",
    ),
    "map": Lab(
        title="Trainability map",
        about="A network for every cell of a grid of two quantities: where does training work at all?",
        group="Experiments",
        path="map",
        config="playground.studies.map.config.MapConfig",
        look="playground.studies.map.config.Look",
        experiment="playground.studies.map.experiment.MapExperiment",
        page="playground.studies.map.page.map_page",
        picture="studies/map/stage/picture.js",
        small={"cells": 3},
        metrics=(*_LOSSES, Metric(name="diverged", label="diverged networks", unit="count", axes="networks")),
        score="test_loss",
    ),
    "race": Lab(
        title="Race of optimizers",
        about="SGD, momentum and Adam from the same start, over the loss surface in which they move.",
        group="Experiments",
        path="race",
        config="playground.studies.race.config.RaceConfig",
        experiment="playground.studies.race.experiment.RaceExperiment",
        page="playground.studies.race.page.race_page",
        picture="studies/race/stage/picture.js",
        metrics=(*_LOSSES, *_ACCURACIES),
        score="test_loss",
    ),
}

FIRST = next(iter(LABS))  # the lab of the first page


def experiment_of(config: RunConfig) -> Experiment:
    """Returns a fresh experiment of ``config``, in its lab; imports torch."""
    found: Experiment = resolve(LABS[config.lab].experiment)(config)
    return found
