"""A guardian process of its own: it watches running bots through their REST API and stops them."""
