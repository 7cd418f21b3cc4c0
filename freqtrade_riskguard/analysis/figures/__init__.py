"""The pictures of a report: one function, one figure, in a file of its own."""
