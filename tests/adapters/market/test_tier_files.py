from freqtrade_riskguard.adapters.market.tier_files import shipped_tiers


def test_binances_tiers_are_those_that_freqtrade_ships():
    tables = shipped_tiers("Binance", ["BTC/USDT:USDT", "NOBODY/USDT:USDT"])

    assert set(tables) == {"BTC/USDT:USDT"}
    table = tables["BTC/USDT:USDT"]
    assert table.tiers[0].floor_notional_quote == 0.0
    assert table.tiers[0].maintenance_rate < 0.01
    # The maintenance margin has no jump from tier to tier.
    for lower, upper in zip(table.tiers, table.tiers[1:], strict=False):
        floor = upper.floor_notional_quote
        below = floor * lower.maintenance_rate - lower.maintenance_amount_quote
        assert abs(table.maintenance_margin(floor) - below) < 1.0


def test_of_other_exchanges_it_ships_none():
    assert shipped_tiers("okx", ["BTC/USDT:USDT"]) == {}
