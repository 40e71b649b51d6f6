"""``make pictures``: the README's pictures, taken from the running app as it trains, and those of the questions."""

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.figure import draw_plane
from playground.labs.mlp.questions import QUESTIONS
from playground.pages.head import Question
from playground.run import View
from playground.runs.replay import apart
from tests.browser import FASTEST, ROOT, app, browser, opened, press, reaches

ASSETS = ROOT / "assets"
COLORS = 64  # of the picture of a question
SPIRAL = "?dataset=spiral&features=x,y,sin_x,sin_y&hidden_sizes=8,8,8&seed=1&data_seed=1"
PINWHEEL = "?dataset=pinwheel&loss=cross_entropy&optimizer=adam&learning_rate=0.01&hidden_sizes=8,8&inspect=on"
COMPARE = "compare" + SPIRAL.replace("hidden_sizes=8,8,8", "hidden_sizes=8,8,8,8,8,8")
COMPARE += "&learning_rate=0.1&values=sigmoid,relu&seeds=32"
MAP = "map?dataset=spiral&features=x,y,sin_x,sin_y&cells=32"
PICTURES = [  # file, theme, address, height of the window, and at which step
    ("playground-light.png", "light", SPIRAL, 900, 4000),
    ("playground-dark.png", "dark", SPIRAL, 900, 4000),
    ("inspect.png", "light", PINWHEEL, 1320, 4000),
    ("compare.png", "light", COMPARE, 1240, 3000),
    ("map.png", "dark", MAP, 900, 600),
]


def draw_question(question: Question) -> None:
    """Train its network and draw what it makes of the plane."""
    picture = question.picture
    assert picture is not None
    experiment = MLPExperiment(MLPConfig(**question.settings))
    experiment.advance(picture.updates)
    moment = experiment.observe("", View(panels=frozenset({"stage", "scene"})))
    figure = Figure((1.9, 1.9), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    draw_plane(axes, moment)
    axes.axis("off")
    picture.path.parent.mkdir(exist_ok=True)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    drawn = Image.frombytes("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba()))
    drawn.convert("RGB").quantize(COLORS).save(picture.path, optimize=True)
    print(picture.path.name, experiment.metrics())


def main() -> None:
    with apart():
        for question in QUESTIONS:
            draw_question(question)
    with app() as (address, _), browser() as chromium:
        for name, scheme, query, height, step in PICTURES:
            page = chromium.new_page(viewport={"width": 1440, "height": height}, color_scheme=scheme)
            opened(page, address, query, FASTEST)
            press(page, "Play")
            reaches(page, step, timeout_s=180)
            press(page, "Pause")
            page.mouse.move(5, 5)
            page.wait_for_timeout(1500)
            page.screenshot(path=ASSETS / name)
            page.context.close()
            print(f"assets/{name}")


if __name__ == "__main__":
    main()
