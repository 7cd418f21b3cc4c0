"""The losses of a book of positions in market moves."""
