"""The picture of a run holds the live network's maps and its answer."""

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from playground.export.palette import diverging
from playground.labs.image.config import ImageConfig, Look
from playground.labs.image.experiment import ImageExperiment
from playground.labs.image.figure import FIGURE
from playground.labs.image.images import images_of
from playground.run import Run, View


@pytest.mark.parametrize("architecture", ["lenet", "softmax"])
def test_maps_and_bars_are_those_of_the_network(architecture: str) -> None:
    config = ImageConfig(architecture=architecture, images=40, batch_size=10)
    experiment = ImageExperiment(config)
    experiment.advance(steps=3)
    moment = experiment.observe("", View(panels=FIGURE.panels, look=Look()))
    figure, run = Figure(FIGURE.size(Run(config=config), moment)), Run(config=config)
    with matplotlib.rc_context():
        FIGURE.draw(figure.subfigures(), run, moment)
    axes = figure.subfigs[0].axes
    image = torch.tensor(images_of(*config.drawn).test[:1, None])
    values = experiment.network.used_outputs(image)
    shares = list(values.values())[-1].softmax(1)[0]
    np.testing.assert_allclose([bar.get_width() for bar in axes[-1].patches], shares, atol=1e-6)
    bold = [label.get_text() for label in axes[-1].get_yticklabels() if label.get_fontweight() == "bold"]
    assert bold == [str(images_of(*config.drawn).test_labels[0])]
    if architecture == "lenet":
        maps = values["conv1"][0]
        first = np.rint((maps[0] / maps.abs().max()).numpy() * 127).astype(int) + 128
        drawn = np.asarray(axes[0].images[1].get_array()).astype(int)
        assert np.abs(drawn - diverging(first.astype(np.uint8)).astype(int)).max() <= 2
