"""Differences over splits or test rows: their tests, intervals, families and power."""
