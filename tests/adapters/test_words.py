from freqtrade_riskguard.adapters.words import startup_message
from freqtrade_riskguard.config import load_config


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
