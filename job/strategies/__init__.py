"""The compared recipes: what each strategy does with one training part."""
