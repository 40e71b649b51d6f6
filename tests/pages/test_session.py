"""A page's session, for a lab that has neither data nor a device."""

from streamlit.testing.v1 import AppTest

from tests.pages.page import address
from tests.stream.page import own_hub
from tests.walk import walk

SCRIPT = """
import streamlit as st
from playground.pages.session import PageSession
session = PageSession("walk")
if session.begin():
    st.markdown(f'rate {session.follow().rate}')
"""


def test_a_lab_needs_no_setting_of_another() -> None:
    with walk(), own_hub():
        page = AppTest.from_string(SCRIPT, default_timeout=60)
        page.query_params["rate"] = "0.25"
        page.run()
        assert not page.exception
        assert page.markdown[0].value == "rate 0.25"
        assert address(page)["rate"] == "0.25"
