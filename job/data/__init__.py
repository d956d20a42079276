"""Where data comes from, what is known about it, and how it is split."""
