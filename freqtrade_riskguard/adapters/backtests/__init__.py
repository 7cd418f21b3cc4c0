"""Stored backtest results: read, checked, and summarised at the end of a run."""
