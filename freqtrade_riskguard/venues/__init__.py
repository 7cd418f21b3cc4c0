"""What each exchange does with maintenance margin, orders, lots and funding: a row a venue.

The table is all there is to change for a new venue, beside its test data and its section in
``docs/venues.md``. A venue that it does not know is judged by the careful rule.
"""

from freqtrade_riskguard.venues.maintenance import MarketTiers, market_tiers
from freqtrade_riskguard.venues.rule import VenueRule
from freqtrade_riskguard.venues.table import UNKNOWN, VENUES, venue_of

__all__ = ["UNKNOWN", "VENUES", "MarketTiers", "VenueRule", "market_tiers", "venue_of"]
