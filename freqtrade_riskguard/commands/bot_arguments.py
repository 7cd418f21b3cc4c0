"""Which bot the arguments of a command mean."""

import argparse

from freqtrade_riskguard.adapters.preview.bot_config import Request


def request_of(options: argparse.Namespace) -> Request:
    """Return which bot is meant by :func:`.add_bot_arguments`."""
    return Request(
        config_files=tuple(options.config),
        strategy=options.strategy,
        strategy_path=options.strategy_path,
        userdir=options.userdir,
        datadir=options.datadir,
        wallet_quote=options.wallet,
        timerange=getattr(options, "timerange", None),
    )
