"""Whether freqtrade still calls the guard, and does what it answers: tried out in memory."""
