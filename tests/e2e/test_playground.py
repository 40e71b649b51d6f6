"""What a person does on the first page, in a real Chromium."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from playground.export import FORMS, exported
from playground.labs.mlp.config import MLPConfig
from playground.run import Run
from tests.browser import FASTEST, STAGE, is_in_state, number, opened, press, reaches, seek, type_value

pytestmark = pytest.mark.browser


def picture(page: Page) -> list[str]:
    """What the stage's canvases show, as data URLs."""
    urls: list[str] = page.evaluate(
        "(stage) => [...document.querySelectorAll(`${stage} canvas`)].map((canvas) => canvas.toDataURL())", STAGE
    )
    return urls


def choose_speed(page: Page, place: int) -> None:
    """Drag the speed to one of its places, from 0, "slow, then fast"."""
    page.get_by_label("Speed", exact=True).evaluate(
        "(slider, place) => { slider.value = place;"
        " for (const type of ['input', 'change']) slider.dispatchEvent(new Event(type, { bubbles: true })); }",
        place,
    )


def test_press_play_and_it_learns(page: Page, address: str) -> None:
    opened(page, address)
    is_in_state(page, "paused")
    before = picture(page)
    press(page, "Play")
    reaches(page, 200)
    is_in_state(page, "playing")
    frames = number(page, "frame")
    reaches(page, number(page, "step") + 200)
    assert number(page, "frame") > frames
    press(page, "Pause")
    is_in_state(page, "paused")
    changed = [old != new for old, new in zip(before, picture(page), strict=True)]
    assert sum(changed) >= 3  # neuron maps, plane and loss
    expect(page.locator(STAGE).get_by_text("Training loss", exact=True)).to_be_visible()


def test_step_epoch_reset_and_new_weights(page: Page, address: str) -> None:
    opened(page, address)
    press(page, "Step")
    reaches(page, 1)
    press(page, "Reset")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")
    start = picture(page)  # by now the controls have come too, and with them the page's last width
    press(page, "Step")
    reaches(page, 1)
    assert number(page, "step") == 1
    press(page, "Step one epoch")
    reaches(page, 25)
    assert (number(page, "step"), number(page, "epoch")) == (25, 1)
    run = page.locator(STAGE).get_attribute("data-run")
    press(page, "Reset")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")
    assert page.locator(STAGE).get_attribute("data-run") != run
    page.wait_for_function(
        "([stage, plane]) => [...document.querySelectorAll(`${stage} canvas`)].some((c) => c.toDataURL() === plane)",
        arg=[STAGE, max(start, key=len)],
    )  # the same initial weights give the same picture
    press(page, "New weights")
    expect(page).to_have_url(re.compile(r"[?&]seed=6(&|$)"))  # 5 is the first
    press(page, "Regenerate data")
    expect(page).to_have_url(re.compile(r"[?&]data_seed=1(&|$)"))


def test_the_keyboard(page: Page, address: str) -> None:
    opened(page, address)
    page.keyboard.press("ArrowRight")
    reaches(page, 1)
    page.keyboard.press("Shift+ArrowRight")
    reaches(page, 25)
    assert number(page, "step") == 25
    page.keyboard.press("Space")
    is_in_state(page, "playing")
    reaches(page, 100)
    page.keyboard.press("Space")
    is_in_state(page, "paused")
    # Also after a click:
    page.get_by_role("radio", name="XOR").click()
    expect(page).to_have_url(re.compile("dataset=xor"))
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")
    page.keyboard.press("ArrowRight")
    reaches(page, 1)
    expect(page.get_by_role("radio", name="XOR")).to_be_checked()
    press(page, "Step")
    reaches(page, 2)
    page.keyboard.press("Space")
    is_in_state(page, "playing")
    reaches(page, 50)
    page.keyboard.press("Space")
    is_in_state(page, "paused")


def test_it_starts_slowly_and_quickens(page: Page, address: str) -> None:
    """Whoever presses Play for the first time sees the first updates, and still much later ones soon."""
    page.goto(address)
    page.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.frame > 0")
    expect(page.locator(STAGE).get_by_text("slow, then fast")).to_be_visible()
    press(page, "Play")
    reaches(page, 30)
    assert number(page, "step") < 150
    expect(page.locator(STAGE)).to_have_attribute("data-state", "playing")
    reaches(page, 1000)


def test_a_slow_speed(page: Page, address: str) -> None:
    opened(page, address)
    choose_speed(page, 1)
    expect(page.locator(STAGE).get_by_text("1 update/s")).to_be_visible()
    press(page, "Play")
    reaches(page, 2)
    assert number(page, "step") < 10
    page.reload()
    expect(page.locator(STAGE).get_by_text("1 update/s")).to_be_visible(timeout=20_000)


def test_a_weight_is_typed_and_trains_on(page: Page, address: str) -> None:
    opened(page, address)
    neuron = page.get_by_role("button", name="Hidden layer 1, neuron 3", exact=True)
    neuron.focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="Hidden layer 1, neuron 3")
    weight = card.get_by_label("Weight from x₁", exact=True)
    weight.fill("2.5")
    weight.press("Enter")
    bias = card.get_by_label("Bias", exact=True)
    bias.fill("5000")
    bias.press("Enter")
    expect(card.get_by_role("alert").filter(has_text="5000")).to_contain_text("1000")
    bias.press("Escape")
    expect(card).to_have_count(0)
    neuron.press("Enter")
    expect(card.get_by_label("Weight from x₁", exact=True)).to_have_value("2.5")
    page.keyboard.press("Escape")
    press(page, "Play")
    reaches(page, 300)
    neuron.press("Enter")
    expect(card.get_by_label("Weight from x₁", exact=True)).not_to_have_value("2.5")


def test_a_neuron_is_frozen_then_zeroed_and_given_back(page: Page, address: str) -> None:
    opened(page, address)
    stage, neuron = page.locator(STAGE), page.get_by_role("button", name="Hidden layer 1, neuron 3")
    neuron.click()
    card = page.get_by_role("dialog", name="Hidden layer 1, neuron 3")
    weight = card.get_by_label("Weight from x₁", exact=True)
    before = weight.input_value()
    card.get_by_role("button", name="Freeze its weights").click()
    expect(neuron).to_have_accessible_name("Hidden layer 1, neuron 3, frozen")
    press(page, "Step one epoch")
    reaches(page, 25)
    neuron.click()
    expect(weight).to_have_value(before)
    score = stage.get_attribute("data-score") or ""
    card.get_by_role("button", name="Set its output to 0").click()
    expect(neuron).to_have_accessible_name("Hidden layer 1, neuron 3, frozen, output set to 0")
    expect(stage).not_to_have_attribute("data-score", score)
    card.get_by_role("button", name="Output is 0: give it back").click()
    expect(stage).to_have_attribute("data-score", score)
    expect(stage).to_have_attribute("data-edits", "3")


def test_a_layer_and_a_weight_are_frozen_and_let_learn(page: Page, address: str) -> None:
    opened(page, address)
    page.get_by_role("button", name="Hidden layer 1, neuron 3").click()
    card = page.get_by_role("dialog", name="Hidden layer 1, neuron 3")
    card.get_by_role("button", name="Freeze its layer").click()
    frozen = page.get_by_role("button", name=re.compile("Hidden layer 1, neuron .*, frozen"))
    expect(frozen).to_have_count(4)
    card.get_by_role("button", name="Layer frozen: let it learn").click()
    expect(frozen).to_have_count(0)
    weight = card.get_by_label("Weight from x₁", exact=True)
    before = weight.input_value()
    weight.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Hidden layer 1, neuron 3, 1 weight frozen")).to_be_visible()
    expect(card.get_by_role("button", name="Weight from x₁: frozen")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    press(page, "Step one epoch")
    reaches(page, 25)
    page.get_by_role("button", name="Hidden layer 1, neuron 3").click()
    expect(weight).to_have_value(before)
    expect(card.get_by_label("Weight from x₂", exact=True)).not_to_have_value(before)


def test_a_run_goes_on_with_its_weights(page: Page, address: str) -> None:
    opened(page, address, "?keeps=on")
    stage = page.locator(STAGE)
    press(page, "Step one epoch")
    reaches(page, 25)
    run, score = (stage.get_attribute(f"data-{name}") or "" for name in ("run", "score"))
    page.get_by_role("button", name="Add a neuron to hidden layer 1").click()
    expect(page.get_by_role("button", name="Hidden layer 1, neuron 5", exact=True)).to_be_visible()
    expect(stage).to_have_attribute("data-edits", "1")
    expect(stage).to_have_attribute("data-run", run)
    assert float(stage.get_attribute("data-score") or "") == pytest.approx(float(score), rel=1e-5)
    page.get_by_text("Spiral", exact=True).click()
    expect(stage).to_have_attribute("data-edits", "2")
    expect(stage).to_have_attribute("data-run", run)
    expect(stage).to_have_attribute("data-step", "25")


def test_the_output_has_a_bias_and_a_weight_may_have_a_decimal_comma(page: Page, address: str) -> None:
    opened(page, address)
    page.get_by_role("button", name="Bias of the output").click()
    editor = page.get_by_role("dialog").get_by_role("textbox")
    editor.fill("-0.75")
    editor.press("Enter")
    page.get_by_role("button", name="Bias of the output").click()
    expect(editor).to_have_value("-0.75")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Hidden layer 1, neuron 3", exact=True).press("Enter")
    card = page.get_by_role("dialog", name="Hidden layer 1, neuron 3")
    weight = card.get_by_label("Weight from x₁", exact=True)
    for typed, shown in (("0,5", "0.5"), ("−1,25", "-1.25"), ("1 000", "1000")):
        weight.select_text()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(weight).to_have_value(shown)
    for typed in ("1,000", "1.000,5"):
        weight.select_text()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(card.get_by_role("alert").filter(has_text=typed)).to_contain_text("can be read in two ways")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Hidden layer 1, neuron 3", exact=True).press("Enter")
    expect(weight).to_have_value("1000")


def test_hovering_a_neuron_fills_the_plane_and_a_point_lights_the_neurons(page: Page, address: str) -> None:
    opened(page, address)
    before = picture(page)
    title = page.locator(".nn-plane").get_by_text("Hidden layer 1, neuron 2")
    page.get_by_role("button", name="Hidden layer 1, neuron 2", exact=True).hover()
    expect(title).to_be_visible()
    plane = page.locator(".nn-plane canvas").first
    box = plane.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    expect(title).to_have_count(0)
    page.wait_for_function(
        "([stage, before]) => [...document.querySelectorAll(`${stage} canvas`)]"
        ".some((canvas, i) => canvas.toDataURL() !== before[i])",
        arg=[STAGE, before],
    )


def test_the_address_holds_the_configuration(page: Page, chromium: Browser, address: str) -> None:
    opened(page, address)
    run = page.locator(STAGE).get_attribute("data-run") or ""
    page.get_by_role("radio", name="Spiral").click()
    expect(page).to_have_url(re.compile("dataset=spiral"))
    expect(page.locator(STAGE)).not_to_have_attribute("data-run", run)
    page.get_by_role("button", name="Add a hidden layer").click()
    expect(page).to_have_url(re.compile(r"hidden_sizes=4(,|%2C)2(,|%2C)2"))
    page.get_by_role("button", name="Input sin x₁").click()
    expect(page).to_have_url(re.compile(r"features=x(,|%2C)y(,|%2C)sin_x"))
    query = urlsplit(page.url).query
    assert parse_qs(query)["learning_rate"] == ["0.03"]
    other = chromium.new_page(viewport={"width": 1440, "height": 900})
    opened(other, address, "?" + query)
    expect(other.get_by_role("radio", name="Spiral")).to_be_checked()
    other.wait_for_function(
        "([stage, plane]) => [...document.querySelectorAll(`${stage} canvas`)].some((c) => c.toDataURL() === plane)",
        arg=[STAGE, max(picture(page), key=len)],
    )


def test_a_live_setting_changes_the_run_as_it_goes(page: Page, address: str) -> None:
    opened(page, address)
    press(page, "Play")
    reaches(page, 50)
    run = page.locator(STAGE).get_attribute("data-run") or ""
    page.get_by_role("combobox", name="Learning rate").click()
    page.get_by_role("option", name="0.1", exact=True).click()
    expect(page).to_have_url(re.compile("learning_rate=0.1"))
    reaches(page, number(page, "step") + 100)
    expect(page.locator(STAGE)).to_have_attribute("data-run", run)
    is_in_state(page, "playing")


TYPED = (  # in every field: what has the present value's beginning, and a comma
    ("Learning rate", "learning_rate", "0.035", "0.035"),
    ("Learning rate", "learning_rate", "0,0351", "0.0351"),
    ("Batch size", "batch_size", "100", "100"),
    ("Batch size", "batch_size", "1", "1"),
    ("L1 rate", "l1_strength", "0.0005", "0.0005"),
    ("L2 rate", "weight_decay", "0.00012", "0.00012"),
    ("Initial scale", "initial_scale", "0,5", "0.5"),
)


def test_what_is_typed_is_what_is_taken(page: Page, address: str) -> None:
    opened(page, address)
    page.get_by_text("Seeds and device").click()
    for label, name, text, taken in TYPED:
        type_value(page, label, text)
        expect(page).to_have_url(re.compile(rf"[?&]{name}={re.escape(taken)}(&|$)"))
        expect(page.get_by_role("combobox", name=label)).to_have_value(taken)


def test_what_cannot_be_read_is_said_and_stays_to_be_mended(page: Page, address: str) -> None:
    opened(page, address, "?learning_rate=0.025")
    rate = page.get_by_role("combobox", name="Learning rate")
    type_value(page, "Learning rate", "fast")
    expect(page.get_by_test_id("stToast")).to_contain_text("'fast' is not a number from 0 to 100")
    expect(rate).to_have_value("fast")
    expect(rate).to_have_attribute("aria-invalid", "true")
    rate.press("Escape")
    type_value(page, "Learning rate", "")  # an empty field takes nothing
    expect(page).to_have_url(re.compile("learning_rate=0.025"))
    rate.click()
    page.get_by_role("option", name="0.1", exact=True).click()
    expect(rate).to_have_value("0.1")
    expect(rate).to_have_attribute("aria-invalid", "false")
    expect(page).to_have_url(re.compile("learning_rate=0.1"))


def test_a_field_by_the_keyboard(page: Page, address: str) -> None:
    opened(page, address)
    rate, options = page.get_by_role("combobox", name="Learning rate"), page.get_by_role("option")
    rate.focus()
    expect(options).to_have_count(0)
    rate.press("ArrowDown")
    expect(page.get_by_role("option", name="0.03", exact=True)).to_have_attribute("aria-selected", "true")
    rate.press("ArrowDown")
    rate.press("Enter")
    expect(options).to_have_count(0)
    expect(rate).to_have_value("0.1")
    expect(page).to_have_url(re.compile("learning_rate=0.1"))
    rate.press("Control+A")
    page.keyboard.type("7")
    rate.press("Escape")  # what was typed is given up
    expect(rate).to_have_value("0.1")
    page.keyboard.press("Control+A")
    page.keyboard.type("0.7")
    page.keyboard.press("Tab")  # what was typed is taken
    expect(page).to_have_url(re.compile("learning_rate=0.7"))
    is_in_state(page, "paused")


def test_a_hostile_address(page: Page, address: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    opened(page, address, "?dataset=xor&noise=1e999&hidden_sizes=9999&x=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    warning = page.get_by_test_id("stAlert")
    expect(warning).to_contain_text("'1e999' is not a number from 0 to 0.5")
    expect(warning).to_contain_text("9999 is not a whole number from 1 to 32")
    expect(page.get_by_role("radio", name="XOR")).to_be_checked()


def test_where_the_socket_is_refused_the_page_polls(page: Page, address: str) -> None:
    page.add_init_script(f"""const seen = new Set();
        window.stages = () => seen.size;
        new MutationObserver(() => document.querySelectorAll('{STAGE}').forEach((stage) => seen.add(stage)))
            .observe(document, {{ childList: true, subtree: true }});""")
    page.route_web_socket(re.compile("/playground/socket"), lambda socket: socket.close())
    opened(page, address)
    expect(page.locator(STAGE)).to_have_attribute("data-transport", "poll")
    assert page.evaluate("window.stages()") == 1  # the same one goes on
    expect(page.locator(STAGE).get_by_text("polling")).to_be_visible()
    press(page, "Play")
    reaches(page, 30)
    is_in_state(page, "playing")
    press(page, "Pause")
    is_in_state(page, "paused")
    press(page, "Reset")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")


def test_a_reload_goes_on_where_it_was(page: Page, address: str) -> None:
    opened(page, address)
    press(page, "Step one epoch")
    reaches(page, 25)
    run = page.locator(STAGE).get_attribute("data-run") or ""
    page.reload()
    expect(page.locator(STAGE)).to_have_attribute("data-run", run)
    expect(page.locator(STAGE)).to_have_attribute("data-step", "25")


def test_a_killed_worker_is_hardly_noticed(page: Page, server: tuple[str, int]) -> None:
    address, pid = server
    opened(page, address)
    press(page, "Play")
    reaches(page, 300)
    run = page.locator(STAGE).get_attribute("data-run") or ""
    for child in psutil.Process(pid).children(recursive=True):
        if "spawn_main" in " ".join(child.cmdline()):
            child.kill()
    before = number(page, "step")
    reaches(page, before + 300, timeout_s=60)
    expect(page.locator(STAGE)).to_have_attribute("data-run", run)
    is_in_state(page, "playing")


def test_exploding_losses_stop_with_a_reason(page: Page, address: str) -> None:
    opened(page, address, "?dataset=plane&learning_rate=10")
    press(page, "Play")
    expect(page.locator(STAGE).get_by_role("alert").filter(has_text="Training stopped at step")).to_be_visible()
    is_in_state(page, "paused")
    press(page, "Play")  # to no avail, and the button says so
    expect(page.locator(STAGE).get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_inspect(page: Page, address: str) -> None:
    opened(page, address)
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(0)
    page.get_by_text("Inspect", exact=True).click()
    # The browser loads Plotly, 4 MB of JavaScript, only now.
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(2)
    expect(page.get_by_test_id("stPlotlyChart").first).to_contain_text("Training loss")  # as on the stage
    expect(page.get_by_test_id("stPlotlyChart").first).to_contain_text("Test loss")
    fonts = page.evaluate(
        "() => ['.nn-metric-label', '.stPlotlyChart .legendtext'].map((part) =>"
        " getComputedStyle(document.querySelector(part)).fontFamily.split(',')[0])"
    )
    assert fonts[0] == fonts[1]
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_in_viewport(ratio=0.8)


def test_in_the_dark(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark")
    opened(page, address)
    red = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor.match(/\\d+/)[0]")
    assert int(red) < 128
    expect(page.locator(STAGE)).to_have_class(re.compile(r"\bnn-dark\b"))


def test_a_phone(chromium: Browser, address: str) -> None:
    page = chromium.new_page(viewport={"width": 375, "height": 780}, has_touch=True)
    opened(page, address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    press(page, "Play")
    reaches(page, 50)
    plane = page.locator(".nn-plane canvas").first.bounding_box()
    assert plane is not None
    assert plane["width"] > 280
    assert plane["x"] >= 0
    assert plane["x"] + plane["width"] <= 375


def test_the_picture_is_told_in_words_and_a_press_on_other_numbers_draws_their_curves(
    page: Page, address: str
) -> None:
    opened(page, address)
    words = page.locator(f"{STAGE} > [aria-live=polite]")
    expect(words).to_contain_text("Training loss")
    expect(words).to_contain_text(re.compile(r"Guessing: loss 0\.\d{3}\."))
    chart = page.locator(f"{STAGE} .nn-curves canvas")
    expect(chart).to_have_attribute("aria-label", "Training loss, test loss by step")
    before = chart.evaluate("(canvas) => canvas.toDataURL()")
    losses, accuracies = (page.locator(f"{STAGE} .nn-axes").filter(has_text=text) for text in ("loss", "accuracy"))
    expect(accuracies).to_contain_text(re.compile(r"Test accuracy\d\d\.\d%"))
    accuracies.click()
    expect(chart).to_have_attribute("aria-label", "Training accuracy, test accuracy by step")
    expect(accuracies).to_have_attribute("aria-pressed", "true")
    expect(losses).to_have_attribute("aria-pressed", "false")
    page.wait_for_function(
        "(before) => document.querySelector('.nn-curves canvas').toDataURL() !== before", arg=before
    )
    press(page, "Step one epoch")  # another moment of the same run leaves it at that
    expect(page.locator(STAGE)).to_have_attribute("data-step", "25")
    expect(words).to_contain_text("Step 25")
    expect(accuracies).to_have_attribute("aria-pressed", "true")
    page.get_by_role("radio", name="Plane").click()  # a regression has no accuracy
    expect(accuracies).to_be_hidden()
    expect(chart).to_have_attribute("aria-label", "Training loss, test loss by step")


def test_time_travel(page: Page, address: str) -> None:
    opened(page, address)
    press(page, "Play")
    reaches(page, 500)
    press(page, "Pause")
    is_in_state(page, "paused")
    page.wait_for_timeout(300)
    end = number(page, "step")
    seek(page, 100)
    rate = page.get_by_role("combobox", name="Learning rate")
    rate.click()
    page.get_by_role("option", name="0.1", exact=True).click()
    expect(page.get_by_role("button", name="Earlier future")).to_be_visible()
    press(page, "Step")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "101")
    press(page, "Earlier future")
    expect(page.locator(STAGE)).to_have_attribute("data-step", f"{end:g}")
    expect(rate).to_have_value("0.03")
    expect(page.get_by_role("button", name="Earlier future")).to_be_visible()


def test_a_run_is_taken_home(page: Page, address: str, tmp_path: Path) -> None:
    opened(page, address, "?dataset=xor")
    page.locator(".stMain .stCheckbox", has_text="Take home").click()
    expect(page).to_have_url(re.compile("take_home=on"))
    press(page, "Step one epoch")
    reaches(page, 25)
    run = Run(config=MLPConfig(dataset="xor"))
    for label, to in (("Jupyter notebook", "notebook"), ("Metrics table", "csv")):
        choice = page.get_by_role("button", name=label)
        expect(choice).to_be_enabled()
        with page.expect_download() as waiting:
            choice.click()
        when = "-step-25" if FORMS[to].trains else ""  # what is made at once says it within
        assert waiting.value.suggested_filename == f"xor-2-4-2-1-seed-0{when}.{FORMS[to].extension}"
        waiting.value.save_as(tmp_path / to)
        assert (tmp_path / to).read_bytes() == exported(run, 25, to)
    is_in_state(page, "paused")


def test_the_changed_line_of_the_code_is_marked_and_in_view(page: Page, address: str) -> None:
    opened(page, address, "?code=on")
    code = page.get_by_test_id("code")
    expect(code.locator(".nn-line").first).to_contain_text("Circle, a network 2-4-2-1")
    expect(code.locator(".nn-changed")).to_have_count(0)
    page.get_by_role("combobox", name="Learning rate").click()
    page.get_by_role("option", name="0.1", exact=True).click()
    expect(code.locator(".nn-changed")).to_have_text(re.compile(r"^\d+learning_rate = torch\.tensor\(0\.1\)"))
    code.scroll_into_view_if_needed()
    page.wait_for_function(
        "() => { const line = document.querySelector('.nn-changed').getBoundingClientRect();"
        " const box = document.querySelector('.nn-code-scroller').getBoundingClientRect();"
        " return line.top >= box.top && line.bottom <= box.bottom; }"
    )


def test_on_a_wide_screen_the_larger_picture_is_touched_where_it_is(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    opened(page, address)
    places = page.locator(f"{STAGE} .nn-tile-place")
    source, target = places.first.bounding_box(), page.locator(f"{STAGE} .nn-tile-place:not(.nn-feature)").first
    end = target.bounding_box()
    assert source is not None
    assert end is not None
    assert source["width"] > 60  # 46 on a laptop
    right, middle = source["x"] + source["width"], source["y"] + source["height"] / 2
    page.mouse.move((right + end["x"]) / 2, (middle + end["y"] + end["height"] / 2) / 2)
    expect(page.locator(f"{STAGE} .nn-card-hover")).to_contain_text("Weight from x₁ to neuron 1")
    target.get_by_role("button").first.click()
    card = page.get_by_role("dialog").bounding_box()
    assert card is not None
    assert 0 < card["x"] - end["x"] - end["width"] < 30


def test_what_is_solved_leads_on_with_one_click(page: Page, address: str) -> None:
    opened(page, address, "?dataset=gauss&seed=5")
    press(page, "Play")
    coach = page.locator(f"{STAGE} .nn-coach")
    expect(coach).to_contain_text(re.compile(r"^Solved in epoch [\d,]+\."))
    press(page, "Pause")
    coach.get_by_role("button", name="Try the circle").click()
    expect(page).to_have_url(re.compile("dataset=circle|\\?seed=5$"))
    expect(coach).to_be_hidden()


def test_a_run_that_does_not_learn_says_why_and_what_was_tried(page: Page, address: str) -> None:
    opened(page, address, "?dataset=xor&hidden_sizes=")
    press(page, "Step one epoch")
    reaches(page, 25)
    page.get_by_role("switch", name="Why").or_(page.get_by_role("checkbox", name="Why")).first.press("Space")
    card = page.locator(".st-key-why_card")
    expect(card).to_contain_text("without a hidden layer it can only draw a straight line", timeout=90_000)
    expect(card.get_by_role("row", name="Output layer")).to_be_visible()
    card.get_by_role("button", name="Try Hidden layers 8-8").click()
    expect(card).to_contain_text("press Play")
    expect(page.locator(STAGE).get_by_text("2 hidden layers", exact=True)).to_be_visible()
    assert number(page, "step") == 0


def test_a_run_that_was_seen_not_to_learn_explains_itself_and_moves_nothing(page: Page, address: str) -> None:
    # a small learning rate, or the loss swings with the batches, and its best value gets better now and then
    opened(page, address, "?dataset=xor&hidden_sizes=&learning_rate=0.003", FASTEST)
    press(page, "Play")
    reaches(page, 25 * 150)
    expect(page.locator(".nn-coach")).to_contain_text("hardly better than guessing")
    where = page.locator(STAGE).bounding_box()
    reaches(page, 17_000)
    choose_speed(page, 0)  # a gentle run rests as soon as it has stood still for 31/32 of its updates
    expect(page.locator(STAGE).get_by_text("Paused: since step")).to_be_visible()
    is_in_state(page, "paused")
    expect(page.locator(".st-key-why_card")).to_be_visible()
    expect(page.get_by_role("switch", name="Why").or_(page.get_by_role("checkbox", name="Why")).first).to_be_checked()
    assert page.locator(STAGE).bounding_box() == where


def test_other_learners_are_lines_in_the_curves_of_their_data(page: Page, address: str) -> None:
    opened(page, address, "?learners=on&loss=logistic&dataset=gauss")
    expect(page.get_by_text(re.compile("Dashed in the curves of accuracy.*5-NN 100%"))).to_be_visible(timeout=120_000)
    words = page.locator(f"{STAGE} .nn-words")
    expect(words.filter(has_text="Logistic regression: loss")).to_have_count(1)
    page.get_by_text("XOR", exact=True).click()
    expect(words.filter(has_text="Logistic regression: loss")).to_have_count(0)


def test_all_columns_of_a_table_are_inputs_and_the_map_is_a_slice(page: Page, address: str) -> None:
    opened(page, address, "?dataset=breast_cancer&all_columns=on")
    stage = page.locator(STAGE)
    expect(stage.get_by_text("+20 more")).to_be_visible()
    expect(stage.get_by_text("A slice through the space of all 30 columns")).to_contain_text("63.2% of the variance")
    expect(stage.get_by_role("button", name="Input mean radius")).to_be_visible()
    press(page, "Step one epoch")
    reaches(page, 29)
