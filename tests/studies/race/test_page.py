"""The page of the race, without a browser."""

from streamlit.testing.v1 import AppTest

from playground.labs.mlp.config import MLPConfig
from playground.run import RunConfig
from playground.stream.hub import Hub
from playground.studies.race.config import RaceConfig
from tests.pages.page import fields, opened, take


def config(found: AppTest, hub: Hub) -> RunConfig:
    return hub.channel(found.session_state["token_race"]).config


def test_the_address_is_the_race(hub: Hub) -> None:
    assert config(opened("race"), hub) == RaceConfig()
    wanted = RaceConfig(
        optimizers=("sgd", "adam"), sgd_learning_rate=0.1, adam_learning_rate=0.02, base=MLPConfig(dataset="xor")
    )
    found = opened("race", **wanted.to_text())
    assert config(found, hub) == wanted
    text = {name: value[0] if isinstance(value, list) else value for name, value in found.query_params.items()}
    assert text == wanted.to_text()


def test_who_takes_part(hub: Hub) -> None:
    found = opened("race")
    found.button_group(key="optimizers").set_value(["adam"]).run()
    assert config(found, hub) == RaceConfig(optimizers=("adam",))
    assert {name for name in fields(found) if name.endswith("learning_rate")} == {"adam_learning_rate"}
    found.button_group(key="optimizers").set_value([]).run()  # a race needs somebody
    assert not found.exception
    assert config(found, hub) == RaceConfig(optimizers=("adam",))
    found.button_group(key="optimizers").set_value(["momentum", "sgd"]).run()
    take(found, "sgd_learning_rate", 0.3)
    assert config(found, hub) == RaceConfig(optimizers=("sgd", "momentum"), sgd_learning_rate=0.3)


def test_a_wrong_part_is_reported(hub: Hub) -> None:
    found = opened("race", optimizers="sgd,lion", learning_rate="0.1", adam_learning_rate="0.5")
    assert config(found, hub) == RaceConfig(adam_learning_rate=0.5)
    assert "'lion'" in found.warning[0].value
    assert "there is no such setting" in found.warning[0].value
