"""Runs to take home: as code that needs nothing of ours."""
