"""A run as a Jupyter notebook: the script in cells, and pictures that are drawn while it trains.

The code of the run is the script's own (``script.py``); here are only the words between it and the pictures.
"""

from playground.data.tables import axes
from playground.export.notebook import ABOUT, PICTURES, book, code, section, words
from playground.export.palette import CLASSES, NEGATIVE, NEUTRAL, POSITIVE, TEST, TRAIN
from playground.export.source import gathered
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.export.script import Metrics, promise, sections, title
from playground.run import Run


def notebook(run: Run, step: int, shown: Metrics | None = None) -> str:
    """The notebook (nbformat 4.5, not executed) that trains ``run`` up to ``step``, draws it and prints its losses.

    It needs numpy, torch and matplotlib. For ``shown`` see ``script``.
    """
    config = run.config
    assert isinstance(config, MLPConfig)
    every = max(step // PICTURES, 1)
    parts = sections(run, step, watch=(f"if step % {every} == 0:", "    watch(step)"), pictures=_watching)
    imports = parts["header"].rpartition('"""\n\n')[2]
    about = ABOUT.format(needs="numpy, torch")
    return book(
        words(f"# {title(config, step)}\n\n{about}\n\n{promise(run, step, shown)}"),
        code(f"import matplotlib.pyplot as plt\n{imports}\n{_MORE_IMPORTS}"),
        *section(parts["data"]),
        *section(parts["network"]),
        *section(parts["loss"]),
        *section(_FIGURE.format(**_COLORS) + _watching(config)),
        *section(f"{parts['training']}\nwatch({step})", before="picture = display(display_id=True)  # in its place"),
        *section(f"# The page's numbers\n\n{parts['report']}"),
    )


_MORE_IMPORTS = "from IPython.display import display\nfrom matplotlib.colors import LinearSegmentedColormap, to_rgb"


def _watching(config: MLPConfig) -> str:
    """The function that draws a moment of a run of this configuration."""
    if config.outputs > 2:
        shade = "torch.softmax(model(grid), 1).numpy() @ palette  # each class's colour by its probability"
        points = "palette[targets.argmax(1)]"
        colors = f"\npalette = np.array([to_rgb(color) for color in {CLASSES[: config.outputs]}])"
    else:
        difference = "(torch.softmax(model(grid), 1) @ torch.tensor([-1.0, 1.0]))"
        shade = ("model(grid)" if config.outputs == 1 else difference) + ".numpy()"
        points = "orange_to_blue(0.5 + 0.5 * targets[:, -1].numpy())"
        if config.outputs == 2:
            points = "orange_to_blue(targets[:, -1].numpy())"
        colors = ""
    shape = ", 3" if config.outputs > 2 else ""
    used = "    model.eval()  # with the running means and variances\n" * (config.normalization == "batch")
    plane = {"lifted": "", "of_plane": "plane", "in_plane": "points", "names": 'xlabel="x₁", ylabel="x₂"'}
    if config.data.all_of:
        plane = {
            "lifted": f"\n{gathered(axes, given={'_scaled'})}\n\n\ncomponents, low, high, _ = axes({_rows(config)})",
            "of_plane": "((plane + 5) / 10 * (high - low) + low) @ components",
            "in_plane": "(10 * (points @ components.T - low) / (high - low) - 5)",
            "names": 'xlabel="principal component 1", ylabel="principal component 2"',
        }
    return _WATCH.format(used=used, shade=shade, points=points, colors=colors, shape=shape, **plane, **_COLORS)


def _rows(config: MLPConfig) -> str:
    """The code of all rows of a table."""
    if config.dataset == "own":
        return f"own_rows({config.own!r}, 0)[0]"
    return f"_rows({config.dataset!r})[0]"


_COLORS = {"scale": [NEGATIVE, NEUTRAL, POSITIVE], "train": TRAIN, "test": TEST}
_FIGURE = """# Pictures: the loss, and what the network makes of the plane

orange_to_blue = LinearSegmentedColormap.from_list("orange to blue", {scale})
history = []  # of (step, train loss, test loss)
figure, (curve_axes, plane_axes) = plt.subplots(1, 2, figsize=(11, 4.5))
plt.close(figure)  # only ``watch`` shows it
"""
_WATCH = """{colors}{lifted}
axis = np.linspace(-6, 6, 100)
plane = np.stack(np.meshgrid(axis, axis[::-1]), axis=-1).reshape(-1, 2)
grid = features_of({of_plane})
train_rows, test_rows = slice(train_size), slice(train_size, None)


def watch(step):
    \"\"\"Measure the losses, and draw everything again.\"\"\"
{used}    with torch.no_grad():
        outputs = model(features)
        losses = (loss_of(outputs[rows], targets[rows]).item() for rows in (train_rows, test_rows))
        history.append((step, *losses))
        shade = {shade}
    steps, train_losses, test_losses = zip(*history)
    curve_axes.clear()
    curve_axes.plot(steps, train_losses, color="{train}", label=f"train {{train_losses[-1]:.4f}}")
    curve_axes.plot(steps, test_losses, color="{test}", label=f"test {{test_losses[-1]:.4f}}")
    curve_axes.set(xlabel="step", ylabel="loss", ylim=(0, None))
    curve_axes.legend(frameon=False)
    plane_axes.clear()
    plane_axes.imshow(
        shade.reshape(100, 100{shape}), cmap=orange_to_blue, vmin=-1, vmax=1, extent=(-6, 6, -6, 6), alpha=0.75
    )
    x, y = {in_plane}[:train_size].T
    plane_axes.scatter(x, y, s=18, c={points}[:train_size], edgecolors="white", linewidths=0.5)
    plane_axes.set(xlim=(-6, 6), ylim=(-6, 6), {names}, title=f"step {{step}}")
    picture.update(figure)
"""
