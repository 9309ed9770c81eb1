"""What may leave this process: secrets masked, hidden characters and chat markup escaped."""
