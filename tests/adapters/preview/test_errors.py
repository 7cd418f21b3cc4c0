import logging

from freqtrade_riskguard.adapters.preview.errors import PreviewError, collected_log, one_line


def test_an_error_is_one_line():
    assert str(PreviewError("first\n  second")) == "first second"


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


def test_no_line_of_the_log_shows_a_secret_or_moves_a_cursor():
    token = "9XkQ2mB7" * 5
    with collected_log() as log:
        logger = logging.getLogger("freqtrade.exchange")
        logger.error("before: hunter2 \x1b[2J\n[red]\u202e")
        log.conceal(["hunter2"])
        logger.error("after: %s", "hunter2")
        logger.error("it failed", exc_info=ValueError(f"https://me:hunter3@bot/ {token}"))
    assert log.errors == [
        "before: ********** \\x1b[2J [red]\\u202e",
        "after: **********",
        "it failed (ValueError: https://**********@bot/ **********)",
    ]
    assert str(PreviewError("{'secret': 'hunter2'}")) == "{'secret': **********}"


def test_a_known_secret_is_recognized_before_a_line_is_cut_and_joined():
    secret = "words  of\nmine"  # noqa: S105  nobody's
    at_the_edge = "x " * 997 + secret
    assert "words" not in one_line(f"it is {secret}", frozenset([secret]))
    with collected_log() as log:
        logging.getLogger("freqtrade.exchange").error("it is %s", secret)
        logging.getLogger("freqtrade.exchange").error(at_the_edge)
        log.conceal([secret])
    assert len(log.errors) == 2
    assert "words" not in "".join(log.errors)
    assert len(one_line("a b " * 100_000)) == 2_003


def test_the_log_is_left_as_it_was():
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    with collected_log():
        assert root.level == logging.WARNING
    assert (root.level, list(root.handlers)) == before
