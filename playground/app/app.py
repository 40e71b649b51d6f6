"""The app as the command opens it. Streamlit looks for the name ``st.App`` in the very file that it runs."""

import streamlit as st

from playground.app import arguments

app = st.App(**arguments())
