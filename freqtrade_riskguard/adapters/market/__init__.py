"""Prices, funding rates, contracts and tiers, as snapshots for the rules."""
