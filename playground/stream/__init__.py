"""Frames to the page and commands from it: one channel per page, over a socket or by polling."""
