"""Charts: from plain numbers to pictures with their words and their numbers."""
