"""Mask secrets and escape hidden characters and chat markup before text leaves this process."""
