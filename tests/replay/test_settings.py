import ccxt

from freqtrade_riskguard.replay.settings import freqtrade_config


def test_no_address_of_the_real_exchange_is_left():
    urls = freqtrade_config("http://127.0.0.1:8099")["exchange"]["ccxt_config"]["urls"]
    client = ccxt.binance({"urls": urls})
    assert set(urls["api"]) == set(ccxt.binance().urls["api"])
    assert all(url.startswith("http://127.0.0.1:8099/") for url in client.urls["api"].values())


def test_every_call_gives_its_own_dict():
    first = freqtrade_config("http://127.0.0.1:1")
    first["exchange"]["ccxt_config"]["urls"]["api"].clear()
    assert freqtrade_config("http://127.0.0.1:1") != first
