"""The limits that every report names."""

LIMITS = (
    "RiskGuard reduces risk. It cannot prevent gaps, outages, auto-deleveraging, rejected orders, "
    "or marks that differ from last prices."
)
# What a figure of loss was measured on. There is no other kind here.
CLOSED, CANDLE_CLOSE, FILL_STRESS = "closed trades", "candle close", "fill stress"
