"""The limits that every report names."""

LIMITS = (
    "RiskGuard reduces risk. It cannot prevent gaps, outages, auto-deleveraging, rejected orders, "
    "or marks that differ from last prices."
)
# What a figure of loss was measured on. There is no other kind here.
CLOSED, CANDLE_CLOSE, FILL_STRESS = "closed trades", "candle close", "fill stress"
# Whether an account in cross margin lives: all positions at the worst price of every candle.
CANDLE_BY_CANDLE = "candle by candle"
