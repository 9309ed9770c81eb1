"""Client for the Kaizen API."""
