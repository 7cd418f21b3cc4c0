"""Bitget's interface (V2, classic account): plain functions of the exchange's state."""
