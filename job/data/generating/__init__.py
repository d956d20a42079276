"""Data drawn from a generator of the spec."""
