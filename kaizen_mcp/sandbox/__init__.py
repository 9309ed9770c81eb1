"""A fake Kaizen API, to try the server without a key and to test it without a network.

It is written from the API documents alone and imports nothing from the rest of the package. If it shared the
models, a mistake in a model would be repeated here, and no test would find it.
"""
