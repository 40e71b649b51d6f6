"""Small pictures of runs on a page, in the colours of its scheme."""

import base64

import streamlit as st

from playground.stream.thumbnail import in_scheme


def source(picture: bytes) -> str:
    """Returns a PNG in the colours of the light theme as the address of an image."""
    return f"data:image/png;base64,{base64.b64encode(in_scheme(picture, st.context.theme.type)).decode()}"
