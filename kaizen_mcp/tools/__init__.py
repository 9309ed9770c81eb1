"""The tools: arguments, lookup, waiting, results."""
