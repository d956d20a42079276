"""What is measured of one run, and what each metric is called."""
