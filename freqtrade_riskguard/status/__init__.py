"""What a running guard shows: one model, for a terminal, for machines and for a page."""
