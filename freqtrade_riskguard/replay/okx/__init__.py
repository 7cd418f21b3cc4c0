"""OKX's interface (V5, linear swaps): plain functions of the exchange's state."""
