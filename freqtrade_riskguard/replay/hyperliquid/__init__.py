"""Hyperliquid's interface (``POST /info``, perpetuals): plain functions of the exchange's state."""
