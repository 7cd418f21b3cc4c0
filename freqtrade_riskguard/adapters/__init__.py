"""Where freqtrade meets the guard; with strategy.py and protections/ the only such place."""
