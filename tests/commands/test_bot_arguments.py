import argparse

from freqtrade_riskguard.adapters.preview.bot_config import Request
from freqtrade_riskguard.commands.arguments.bot import add_bot_arguments
from freqtrade_riskguard.commands.bot_arguments import request_of


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
