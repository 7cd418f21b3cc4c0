"""The callbacks that freqtrade calls."""
