"""Running the grid of splits, strategies and classifiers, and measuring every run."""
