import hashlib

import pytest
from freqtrade.persistence import PairLocks, Trade

from freqtrade_riskguard.adapters.memory import BotMemory
from freqtrade_riskguard.adapters.offline.database import counted_base_quote, open_history
from freqtrade_riskguard.adapters.offline.errors import OfflineError
from tests.adapters.bots import open_database
from tests.adapters.trades import booked_trade


@pytest.fixture
def bot(tmp_path):
    """The database of a bot with one open trade."""
    file = tmp_path / "bot.sqlite"
    open_database(f"sqlite:///{file}")
    booked_trade(1)
    BotMemory().save("equity", "[4321.0, 1, 1, 0, 1, 0, 1]")
    engine = Trade.session.get_bind().engine
    Trade.session.remove()
    engine.dispose()
    return file


def config(url):
    return {"timeframe": "5m", "db_url": url}


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_it_is_a_copy(bot):
    before = digest(bot)
    with open_history(config(f"sqlite:///{bot}"), wanted=True) as history:
        assert history == str(bot)
        assert PairLocks.timeframe == "5m"
        assert [trade.id for trade in Trade.get_open_trades()] == [1]
        assert counted_base_quote() == 4_321.0
        BotMemory().save("equity", "[1.0, 1, 1, 0, 1, 0, 1]")
        Trade.get_open_trades()[0].is_open = False
        Trade.commit()
        assert not Trade.get_open_trades()

    assert digest(bot) == before
    assert PairLocks.timeframe == ""


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:////nowhere/bot.sqlite", "postgresql+psycopg2://user@server/bot"],
)
def test_without_a_file_the_account_is_a_fresh_one(url):
    with open_history(config(url), wanted=True) as history:
        assert history is None
        assert not Trade.get_open_trades()
        assert counted_base_quote() is None


def test_it_is_left_alone_where_it_is_not_wanted(bot):
    with open_history(config(f"sqlite:///{bot}"), wanted=False) as history:
        assert history is None
        assert not Trade.get_open_trades()


def test_what_is_no_database_is_said(tmp_path):
    file = tmp_path / "bot.sqlite"
    file.write_text("no database at all, but long enough to be looked at " * 20)
    with (
        pytest.raises(OfflineError, match=r"bot\.sqlite \(db_url\) cannot be read.*--no-database"),
        open_history(config(f"sqlite:///{file}"), wanted=True),
    ):
        pass
    with (
        pytest.raises(OfflineError, match="db_url 'nonsense' is no address of a database"),
        open_history(config("nonsense"), wanted=True),
    ):
        pass
