"""From an object of the API to what happened and what to do."""
