"""A package of its own: one that a development tool installs under this name would else take its place."""
