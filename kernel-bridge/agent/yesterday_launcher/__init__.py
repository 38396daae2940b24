"""Starts a private Jupyter server on another machine, where nothing of this project is installed."""
