"""The network as ONNX, run by ONNX Runtime, gives the probabilities of the page."""

import onnx
import onnxruntime
import torch

from playground.export import exported
from playground.labs.image.config import ImageConfig
from playground.labs.image.images import images_of
from playground.run import Edit, Run
from playground.runs import runfile
from playground.runs.replay import advanced

CONFIG = ImageConfig(
    architecture="cnn", filters=(4, 6), batch_norm=True, dense=(8,), dropout=0.2, images=40, batch_size=10
)


def test_it_gives_the_pages_probabilities_for_any_number_of_images() -> None:
    run = Run(config=CONFIG, edits=(Edit(step=3, target="silent", value="conv1.1"),))
    made = exported(run, 6, "onnx", quiet=True)
    session = onnxruntime.InferenceSession(made)
    network = advanced(run, 6).experiment.network
    images = images_of(*CONFIG.drawn).test[:, None]
    for count in (1, 7):
        (found,) = session.run(["probabilities"], {"images": images[:count]})
        expected = network.used(torch.tensor(images[:count])).softmax(1)
        torch.testing.assert_close(torch.tensor(found), expected, atol=1e-5, rtol=0)
    (entry,) = onnx.load_from_string(made).metadata_props
    assert entry.key == "run"
    assert runfile.read(entry.value)[:2] == (run, 6)
