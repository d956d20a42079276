"""A data file becomes a data set: its rows as text in a database, then columns with types, labels and uses."""
