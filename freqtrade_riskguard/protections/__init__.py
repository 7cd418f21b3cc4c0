"""freqtrade protections, thin over the same rules that the guard asks.

freqtrade loads each file by itself as a module named after its stem, so each is self-contained and
imports by absolute name.
"""
