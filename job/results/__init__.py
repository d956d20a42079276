"""The content of results.json: frozen types, read and written in one place."""
