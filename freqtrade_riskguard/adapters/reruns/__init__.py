"""Backtests that are run again, in this process."""
