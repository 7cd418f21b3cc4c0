from freqtrade_riskguard.adapters.bot.log_messages import entry_message, startup_message
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.loading import for_margin_mode
from tests.factories import account, entry, market


def said(**riskguard):
    return startup_message(load_config(riskguard))


def test_the_start_says_the_figures_that_are_kept():
    assert said(profile="moderate").startswith(
        "profile moderate: at most 5x, 1.00 % risk per trade, daily loss limit 3.0 %. In force: "
    )


def test_the_start_says_no_figure_of_a_rule_that_is_off():
    assert said(profile="seatbelt").startswith(
        "profile seatbelt: at most 5x, daily loss limit 5.0 %. In force: hard_cap, "
    )
    assert said(profile="moderate", daily_loss={"mode": "off"}).startswith(
        "profile moderate: at most 5x, 1.00 % risk per trade. In force: hard_cap, "
    )
    # All rules at once.
    assert said(profile="moderate", mode="off").startswith(
        "profile moderate: nothing is limited. In force: none. Observing: none. Off: hard_cap, "
    )


def test_the_start_says_what_cross_margin_changes():
    settings = for_margin_mode(load_config({"profile": "seatbelt"}), is_cross=True)
    message = startup_message(settings)
    assert "margin_ladder" not in message.partition("Off: ")[0]
    assert message.endswith(
        "Margin mode cross: liquidation is that of the whole account, hard_cap holds for notional "
        "of all positions / equity too, account_margin watches both, and margin_ladder is off: no "
        "position has a margin of its own"
    )
    assert "cross" not in said(profile="seatbelt")


def test_an_entry_of_an_account_in_btc_is_told_in_digits_that_tell():
    # 0.0123 BTC at 3x, the stop 4 % away, without fees: 0.0123 * 3 * 0.04 = 0.001476.
    asked = entry(
        market=market(pair="ETH/BTC:BTC"),
        account=account(equity_quote=0.42, wallet_quote=0.42),
        rate=0.05,
        leverage=3.0,
        stake_quote=0.0123,
    )
    said = entry_message(
        asked,
        asked_leverage=3.0,
        stop_price=0.048,
        slippage_ratio=0.0,
        leverage=None,
        stake=None,
    )

    assert said == (
        "ETH/BTC:BTC long: asked 3x, got 3x, stake 0.0123 of 0.42 BTC, stop 0.048. "
        "Planned loss 0.00148 BTC before gaps."
    )
