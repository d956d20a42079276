"""What the tests mean: two answers for each oversampler and classifier, what to use, and the headline."""
