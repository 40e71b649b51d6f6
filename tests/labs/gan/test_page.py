"""The page of the GAN lab as Streamlit runs it."""

from typing import Any

from playground.labs.gan.config import DIGITS, GANConfig
from playground.stream.hub import Hub
from tests.pages.page import address, opened


def test_digits_bring_what_they_need_and_leave_it_with_them(hub: Hub) -> None:
    page = opened("gan", discriminator_learning_rate="0.003")

    def shown() -> dict[str, Any]:
        return GANConfig.from_text({name: text for name, text in address(page).items() if name != "code"})[
            0
        ].to_json()

    before = shown()
    page.selectbox(key="dataset").select("digits").run()
    expected = {**before, **GANConfig(**DIGITS).to_json(), "discriminator_learning_rate": 0.003}
    assert {name: shown()[name] for name in expected} == expected
    page.selectbox(key="dataset").select("eight_gaussians").run()
    assert shown() == before
