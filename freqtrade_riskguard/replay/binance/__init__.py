"""Binance's interface: plain functions of the exchange's state and the query, by subject."""
