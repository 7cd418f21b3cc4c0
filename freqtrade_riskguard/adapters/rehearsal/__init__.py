"""A real bot that trades on the simulated exchange, by a clock that is moved."""
