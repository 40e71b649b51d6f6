"""The page as Streamlit runs it, without a browser."""

import json
from concurrent.futures import Future
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from playground.export import FORMS, exported
from playground.headless.runs import replay
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.export.script import script
from playground.labs.mlp.questions import QUESTIONS
from playground.pages.head import Question
from playground.run import Edit, Run
from playground.runs.frame import unpack
from playground.runs.link import query
from playground.runs.sensitivity import sensitivity
from playground.stream.hub import Hub
from playground.stream.limits import Limits
from tests.pages.page import address, fields, opened, take


def config(page: AppTest, hub: Hub) -> MLPConfig:
    found = hub.channel(page.session_state["token_mlp"]).config
    assert isinstance(found, MLPConfig)
    return found


def test_the_page_opens_with_everything_at_its_default(hub: Hub) -> None:
    page = opened("mlp")
    first = replace(MLPConfig(), seed=5)  # a quick one
    assert config(page, hub) == first
    assert not page.warning
    assert {name: address(page)[name] for name in first.to_text()} == first.to_text()


def test_the_first_picture_comes_with_the_page_and_only_once(hub: Hub) -> None:
    page = opened("mlp", show_test="on")
    (picture,) = [part.proto.bytes for part in page.get("bidi_component") if part.proto.bytes]
    header, arrays = unpack(picture)
    assert header["settings"] == {
        "token": page.session_state["token_mlp"], "transport": "socket", "show_test": True, "discretize": False,
    }  # fmt: skip
    assert header["step"] == 0
    assert header["scene"]
    assert len(arrays["weights"])
    page.run()
    assert not [part for part in page.get("bidi_component") if part.proto.bytes]


def test_the_address_is_the_configuration(hub: Hub) -> None:
    wanted = MLPConfig(
        dataset="spiral", hidden_sizes=(8, 3), features=("x", "sin_y"), learning_rate=0.02, batch_size=7
    )
    page = opened("mlp", **wanted.to_text(), show_test="on")
    assert config(page, hub) == wanted
    assert page.toggle(key="show_test").value is True
    again = opened("mlp", **address(page))
    assert config(again, hub) == wanted


def test_a_wrong_address_keeps_its_good_parts_and_says_what_was_wrong(hub: Hub) -> None:
    page = opened(
        "mlp", dataset="xor", noise="lots", hidden_sizes="4,400", evil="<script>alert(1)</script>", device="tpu"
    )
    assert config(page, hub) == MLPConfig(dataset="xor")
    (warning,) = page.warning
    for part in ("noise", "'lots' is not a number from 0 to 0.5", "400", "evil", "there is no such setting", "tpu"):
        assert part in warning.value.replace("\\", "")
    assert "<script>" not in warning.value
    page.run()
    assert not page.warning


def test_a_live_setting_keeps_the_run_and_another_starts_one(hub: Hub) -> None:
    page = opened("mlp")
    channel = hub.channel(page.session_state["token_mlp"])
    run_id = channel.run_id
    take(page, "learning_rate", 0.3)
    assert channel.run_id == run_id
    assert config(page, hub).learning_rate == 0.3
    assert address(page)["learning_rate"] == "0.3"
    page.selectbox(key="activation").set_value("relu").run()
    assert channel.run_id != run_id
    assert address(page)["activation"] == "relu"


def test_a_page_that_was_long_away_gets_a_new_channel(hub: Hub) -> None:
    page = opened("mlp", dataset="xor")
    hub.channel(page.session_state["token_mlp"]).last_seen -= 1000
    assert hub.reap() == 1
    take(page, "learning_rate", 0.3)
    assert not page.exception
    assert config(page, hub) == MLPConfig(dataset="xor", learning_rate=0.3)
    assert hub.find(page.session_state["token_mlp"]) is not None


def test_a_dataset_of_three_classes_brings_its_loss(hub: Hub) -> None:
    page = opened("mlp")
    page.session_state["dataset"] = "rings"
    page.run()
    assert config(page, hub).loss == "cross_entropy"
    assert page.selectbox(key="loss").options == ["Cross-entropy"]
    assert not page.warning
    page.session_state["dataset"] = "circle"
    page.run()
    assert config(page, hub).loss == "cross_entropy"  # it fits, so it stays as it was


def test_what_a_network_sees_of_a_table_is_chosen(hub: Hub) -> None:
    page = opened("mlp", dataset="iris")
    for chosen, found in [("all", (True, (1, 2))), ("components", (False, (-1, -2))), ("two", (False, (1, 2)))]:
        page.selectbox(key="sees").set_value(chosen).run()
        assert (config(page, hub).all_columns, config(page, hub).table_columns) == found
        assert page.selectbox(key="sees").value == chosen
    assert not page.exception


def test_layers_with_activations_of_their_own_are_named_where_the_common_one_is_chosen(hub: Hub) -> None:
    page = opened("mlp", activations="relu,step", keeps="on", lock="keeps,device,own", dataset="own")
    assert [each.value for each in page.caption if "layer by layer" in each.value] == [
        "Activations layer by layer: ReLU, Step."
    ]
    assert (page.toggle(key="keeps").value, page.toggle(key="keeps").disabled) == (True, True)
    assert page.selectbox(key="device").disabled
    assert next(each for each in page.button if each.label == "Bring a CSV file").disabled
    assert not any("Paint on the map" in each.value for each in page.caption)


def test_a_batch_larger_than_the_data_is_brought_down_with_a_word(hub: Hub) -> None:
    page = opened("mlp", batch_size="200")
    page.slider(key="train_share").set_value(0.1).run()
    assert config(page, hub).batch_size == 10
    assert "more than the 50 training points" in page.toast[0].value


def test_the_device_is_named(hub: Hub) -> None:
    page = opened("mlp")
    hardware = list(hub.engine.devices().result().values())
    assert page.selectbox(key="device").options[0] == f"Automatic ({hardware[-1]})"


def test_a_device_that_is_not_there(hub: Hub) -> None:
    if "cuda" in hub.engine.devices().result():
        pytest.skip("this machine has a GPU")
    page = opened("mlp", device="cuda")
    assert config(page, hub).device == "auto"
    assert "is not on this server, which has cpu" in page.toast[0].value


def test_inspect_draws_the_live_run(hub: Hub) -> None:
    page = opened("mlp")
    assert not page.get("plotly_chart")
    channel = hub.channel(page.session_state["token_mlp"])
    channel.handle({"type": "step", "unit": "epoch"})
    channel.poll()
    page.toggle(key="inspect").set_value(True).run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 2
    page.selectbox(key="mlp.inspect_layer").set_value(2).run()
    assert not page.exception


def test_a_full_server_lets_a_page_wait_and_then_opens_it(hub: Hub) -> None:
    hub.limits = Limits(pages=1)
    first = opened("mlp")
    second = opened("mlp", dataset="xor")
    assert "1 pages are open" in second.info[0].value
    assert "token_mlp" not in second.session_state
    hub.channel(first.session_state["token_mlp"]).last_seen -= 1000
    assert hub.reap() == 1
    second.run()
    assert not second.info
    assert config(second, hub) == MLPConfig(dataset="xor")


def test_a_network_that_is_too_large_for_this_server_changes_nothing(hub: Hub) -> None:
    page = opened("mlp", seed="0")
    hub.limits = Limits(parameters=100)
    channel = hub.channel(page.session_state["token_mlp"])
    channel._limits = hub.limits
    before = channel.run_id, config(page, hub)
    page.session_state["hidden_sizes"] = (8, 8, 8)
    page.run()
    assert not page.exception
    assert "177 is more than this server allows; use at most 100" in page.toast[0].value.replace("\\", "")
    assert (channel.run_id, config(page, hub)) == before
    assert page.session_state["hidden_sizes"] == (4, 2)


def test_a_link_opens_the_run_at_its_step(hub: Hub) -> None:
    edits = (Edit(step=5, target="learning_rate", value=0.1), Edit(step=30, target="layers.0.bias[1]", value=1.0))
    run = Run(config=MLPConfig(dataset="xor"), edits=edits)
    page = opened("mlp", **dict(parse_qsl(query(run, 20) or "")))
    channel = hub.channel(page.session_state["token_mlp"])
    while channel.playing:
        header, _ = unpack(channel.poll())
    assert channel.value() == (run, 20)
    assert hub.engine.sha256(channel.run_id).result() == replay(run, 20).parameters_sha256
    assert not page.warning
    assert not {"edits", "step", "torch"} & set(address(page))
    page.session_state["learning_rate"] = header["controls"]["learning_rate"]  # as the stage asks for
    page.run()
    assert channel.value() == (run, 20)
    (share,) = (button for button in page.button if button.label == "Share")
    share.click().run()
    parts = [part.proto for part in page.get("bidi_component")]
    (link,) = (json.loads(part.json) for part in parts if part.component_name == "playground_copied")
    assert link["text"].endswith("?" + (query(run, 20) or ""))


def test_a_damaged_link_opens_its_configuration_and_says_what_is_wrong(hub: Hub) -> None:
    page = opened("mlp", dataset="xor", edits="3:os.system:1", step="7")
    assert config(page, hub) == MLPConfig(dataset="xor")
    assert "cannot be set to" in page.warning[0].value
    page = opened("mlp", hidden_sizes="32,32,32,32,32,32,32,32", step="7", torch="1.0")
    assert "made with torch" in page.info[0].value


def shown_code(page: AppTest) -> tuple[list[str], list[str]]:
    """The lines of the Code area, and those of them that are marked as changed."""
    found = [json.loads(part.proto.json) for part in page.get("bidi_component") if part.proto.json]
    (data,) = [data for data in found if "changed" in data]
    lines = data["text"].splitlines()
    return lines, [lines[index] for index in data["changed"]]


def test_the_code_follows_the_controls(hub: Hub) -> None:
    page = opened("mlp", code="on", dataset="xor")
    lines, changed = shown_code(page)
    assert "learning_rate = torch.tensor(0.03)  # float32, as all numbers here" in lines
    assert changed == []
    take(page, "learning_rate", 0.3)
    lines, changed = shown_code(page)
    assert changed == ["learning_rate = torch.tensor(0.3)  # float32, as all numbers here"]  # never otherwise
    channel = hub.channel(page.session_state["token_mlp"])
    assert "\n".join(lines) == script(*channel.value()).strip()
    channel.handle({"type": "step", "unit": "epoch"})
    while channel.value()[1] < 25:
        channel.poll()
    take(page, "learning_rate", 0.1)
    assert shown_code(page)[1] == ["learning_rate = torch.tensor(0.1)"]
    channel.handle({"type": "step", "unit": "epoch"})
    while channel.value()[1] < 50:
        channel.poll()
    page.run()
    lines, changed = shown_code(page)
    assert changed == ["learning_rate = torch.tensor(0.1)"]
    assert lines[lines.index(changed[0]) - 1 :][:3] == [
        "train(0, 25)",
        *changed,
        "train(25, 50)",
    ]  # it is in the past
    page.selectbox(key="activation").set_value("relu").run()
    lines, changed = shown_code(page)
    assert [line for line in lines if "nn.ReLU()" in line] == [line for line in changed if "ReLU" in line] != []


def test_every_form_can_be_taken_home(hub: Hub) -> None:
    page = opened("mlp", seed="0", take_home="on")
    assert {widget.key for widget in page.get("download_button")} == {
        f"take_{name}" for name, form in FORMS.items() if not form.trains
    }
    page.button(key="take_csv").click().run()
    assert not page.exception
    assert "made" in {widget.key for widget in page.get("download_button")}
    assert page.session_state["mlp.order"].file.result() == exported(Run(config=config(page, hub)), 0, "csv")


def test_how_sensitive_a_run_is_stands_beside_its_files(hub: Hub) -> None:
    page = opened("mlp", seed="0", take_home="on")
    page.button(key="ask_sensitivity").click().run()
    assert not page.exception
    assert str(sensitivity(Run(config=config(page, hub)), 0)) in [text.value for text in page.markdown]
    assert "made" not in {widget.key for widget in page.get("download_button")}


def test_a_form_that_cannot_be_made_says_why(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: Future[bytes] = Future()
    refused.set_exception(ConfigError("it takes too long"))
    page = opened("mlp", take_home="on")
    monkeypatch.setattr(hub.engine, "export", lambda *_: refused)
    page.button(key="take_gif").click().run()
    assert [error.value for error in page.error] == ["it takes too long"]
    assert page.button(key="take_gif").disabled is False


def test_no_question_is_asked_at_first_and_one_stays_while_one_does_what_it_says(hub: Hub) -> None:
    page = opened("mlp")
    assert page.selectbox(key="mlp.question").value is None
    page.selectbox(key="mlp.question").set_value("What if the rate is too high?").run()
    take(page, "learning_rate", 0.03)
    page.run()
    assert page.selectbox(key="mlp.question").value == "What if the rate is too high?"
    take(page, "batch_size", 7)
    page.run()
    assert page.selectbox(key="mlp.question").value is None


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.title)
def test_a_question_sets_what_it_asks_and_gives_way_to_another_setting(question: Question, hub: Hub) -> None:
    page = opened("mlp", noise="0.2", seed="7")
    page.selectbox(key="mlp.question").set_value(question.title).run()
    assert not page.exception
    assert not page.toast
    assert config(page, hub) == replace(MLPConfig(), seed=7, **question.settings)
    assert question.text in [each.value for each in page.markdown]
    take(page, "batch_size", 7)
    assert page.selectbox(key="mlp.question").value is None
    assert question.text not in [each.value for each in page.markdown]


def test_a_link_for_a_class_locks_and_hides(hub: Hub) -> None:
    page = opened(
        "mlp",
        dataset="xor",
        learning_rate="0.3",
        lock="activation,learning_rate,dataset,code,take_home,nois",
        hide="noise,loss",
    )
    assert "nois is not" in page.warning[0].value.replace("\\", "").replace("'", "")
    (words,) = [each.value for each in page.markdown if "material/lock" in each.value]
    words = words.replace("\\", "")
    assert "Locked: Activation Tanh, Learning rate 0.3, Dataset XOR, Code, Take home" in words
    assert "Hidden: Noise, Loss" in words
    assert page.selectbox(key="activation").disabled
    assert fields(page)["learning_rate"]["disabled"]
    assert page.toggle(key="code").disabled
    assert page.toggle(key="take_home").disabled
    assert not page.toggle(key="runs").disabled
    assert not [each for each in (*page.slider, *page.selectbox) if each.key in ("noise", "loss")]
    page.selectbox(key="mlp.question").select(QUESTIONS[3].title).run()  # it would change the data and the rate
    found = config(page, hub)
    assert (found.dataset, found.learning_rate, found.noise) == ("xor", 0.3, 0)
    assert "locked by the link" in page.toast[0].value
    kept = address(page)
    assert (kept["lock"], kept["hide"]) == ("activation,learning_rate,dataset,code,take_home", "noise,loss")
    again = opened("mlp", **kept)
    assert again.selectbox(key="activation").disabled


def test_a_closer_look_inside_says_what_to_look_for(hub: Hub) -> None:
    page = opened("mlp", inspect="on", hidden_sizes="3", features="x,xy")
    channel = hub.channel(page.session_state["token_mlp"])
    seen: list[frozenset[str]] = []
    look, channel._engine.observe = (
        channel._engine.observe,
        lambda run, view: seen.append(view.panels) or look(run, view),
    )  # type: ignore[method-assign,func-returns-value]
    page.run()
    assert not {"insides", "loss_plane"} & frozenset().union(*seen)  # nothing hidden is computed
    for name, panel, words in (
        ("Layers", "insides", "Look for outputs"),
        ("Two weights", "loss_plane", "Look for how"),
    ):
        page.selectbox(key="mlp.closer").select(name).run()
        assert not page.exception
        assert panel in seen[-1]
        assert any(words in each.value for each in page.caption)
    page.selectbox(key="mlp.weight_0_layer").select(1).run()
    assert page.selectbox(key="mlp.weight_0_1_4").options == ["1 → 1", "2 → 1", "3 → 1", "bias of 1"]
    for name in ("Other learners", "Hidden units"):
        page.selectbox(key="mlp.closer").select(name).run()
        assert not page.exception


def test_a_curve_has_a_formula_and_one_input(hub: Hub) -> None:
    page = opened("mlp", dataset="curve", curve="abs(x)/3 - 1", features="x")
    assert fields(page)["curve"]["value"] == "abs(x)/3 - 1"
    scene = hub.channel(page.session_state["token_mlp"]).inspect("scene").info["scene"]
    assert scene["curve_height"] == 5
    assert [each["name"] for each in scene["features"]] == ["x", "x_squared", "sin_x"]
    refused = opened("mlp", dataset="curve", curve="x*x")
    assert "36 at x" in refused.warning[0].value


def test_the_test_set_is_explained_where_it_is_chosen(hub: Hub) -> None:
    page = opened("mlp", train_share="0.2")
    assert any(
        "learns from 100 points; the other 400, the test set, only judge it" in each.value for each in page.caption
    )


def test_a_look_follows_another_network_and_other_data(hub: Hub) -> None:
    page = opened("mlp", inspect="on", hidden_sizes="3")
    page.selectbox(key="mlp.closer").select("Two weights").run()
    page.selectbox(key="mlp.weight_1_layer").select(1).run()
    page.session_state["hidden_sizes"] = ()
    page.run()
    assert not page.exception
    assert page.selectbox(key="mlp.weight_1_0_3").options == ["x₁ → 1", "x₂ → 1", "bias of 1"]
    page.selectbox(key="mlp.closer").select("Confusion").run()
    page.session_state["dataset"] = "plane"
    page.run()
    assert not page.exception
    assert page.selectbox(key="mlp.closer").value is None


def test_a_link_without_a_seed_means_seed_0(hub: Hub) -> None:
    assert config(opened("mlp", dataset="xor"), hub) == MLPConfig(dataset="xor")
