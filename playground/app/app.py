"""The app for ``streamlit run``, which requires the name ``st.App`` in the file that it runs."""

import streamlit as st

from playground.app import arguments

app = st.App(**arguments())
