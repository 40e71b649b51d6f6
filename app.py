"""The web app: ``streamlit run app.py``. It is the one that ``neural-playground`` opens from any folder."""

import streamlit as st

from playground.app import arguments

app = st.App(**arguments())
