import argparse

from freqtrade_riskguard.adapters.offline.configuration import Request
from freqtrade_riskguard.advice.arguments import request_of
from freqtrade_riskguard.commands.bot_arguments import add_bot_arguments


def parsed(*argv):
    parser = argparse.ArgumentParser()
    add_bot_arguments(parser)
    return parser.parse_args(argv)


def test_they_are_named_as_freqtrade_names_them():
    options = parsed("-c", "a.json", "--config", "b.json", "-s", "Mine", "--user-data-dir", "u")
    assert request_of(options) == Request(
        config_files=("a.json", "b.json"), strategy="Mine", userdir="u"
    )
    assert request_of(parsed("--wallet", "500", "-d", "x")) == Request(
        wallet_quote=500.0, datadir="x"
    )
