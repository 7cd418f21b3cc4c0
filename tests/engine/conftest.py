"""Fixtures that read freqtrade's locks."""

from tests.adapters.conftest import _backtest

__all__ = ["_backtest"]
