"""The pages of the labs.

They are made anew for each run of the script: a page holds what Streamlit knows of one person.
"""

from typing import Any

import streamlit as st

from playground.catalog import resolve
from playground.lab import LABS


def lab_page(name: str) -> Any:
    """The page of a lab."""
    lab = LABS[name]
    return st.Page(resolve(lab.page), title=lab.title, url_path=lab.path, default=not lab.path)
