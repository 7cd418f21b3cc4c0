"""A rehearsal as tables in the terminal and as a page."""
