import logging

from freqtrade_riskguard.adapters.offline.errors import OfflineError, collected_log


def test_an_error_is_one_line():
    assert str(OfflineError("first\n  second")) == "first second"


def test_the_log_is_sorted_and_each_line_kept_once():
    with collected_log() as log:
        for _ in range(2):
            logging.getLogger("freqtrade_riskguard.adapters").warning("RiskGuard: no candles")
        logging.getLogger("freqtrade.resolvers.iresolver").warning("Could not import x.py")
        logging.getLogger("freqtrade.exchange").warning("slow")
        logging.getLogger("freqtrade.exchange").info("quiet")
        logging.getLogger("freqtrade.strategy.strategy_wrapper").warning("Strategy caused it")
        cause = ValueError("broken\nfor good")
        logging.getLogger("anything").error("it failed", exc_info=cause)

    assert log.notes == ["no candles"]
    assert log.loading == ["Could not import x.py"]
    assert log.errors == ["Strategy caused it", "it failed (ValueError: broken for good)"]


def test_the_log_is_left_as_it_was():
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    with collected_log():
        assert root.level == logging.WARNING
    assert (root.level, list(root.handlers)) == before
