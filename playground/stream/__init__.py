"""Frames to the page and commands from it: one channel a person, over a socket or by polling."""
