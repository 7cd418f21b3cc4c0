"""Bybit's interface (V5, linear perpetuals): plain functions of the exchange's state."""
