"""How hard the minority is to learn, and what in the data should be looked at first."""
