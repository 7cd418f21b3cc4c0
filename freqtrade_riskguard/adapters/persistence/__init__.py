"""The guard's part of freqtrade's database: locks, ladder levels, state."""
