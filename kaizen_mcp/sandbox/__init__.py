"""A stand-in for the Kaizen API, to try the server without a key and to test it without a network.

It is written from the API's documents alone and imports nothing of the rest of the package: if it shared the
models, a wrong model and a wrong sandbox would agree.
"""
