"""Kraken Futures' interface (V3, linear perpetuals): plain functions of the exchange's state."""
