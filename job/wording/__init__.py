"""The sentences that the page, the terminal and Markdown share, made of codes and numbers."""
