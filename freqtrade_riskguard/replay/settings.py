"""The piece of freqtrade configuration that points a bot at the replay exchange."""

from typing import Any

# Every REST address that ccxt's binance client knows, not only those a backtest asks for: a bot
# with this configuration cannot reach the real exchange, whatever else it is told to do.
_PATHS = {
    "public": "api/v3",
    "private": "api/v3",
    "v1": "api/v1",
    "sapi": "sapi/v1",
    "sapiV2": "sapi/v2",
    "sapiV3": "sapi/v3",
    "sapiV4": "sapi/v4",
    "fapiPublic": "fapi/v1",
    "fapiPublicV2": "fapi/v2",
    "fapiPublicV3": "fapi/v3",
    "fapiPrivate": "fapi/v1",
    "fapiPrivateV2": "fapi/v2",
    "fapiPrivateV3": "fapi/v3",
    "fapiData": "futures/data",
    "dapiPublic": "dapi/v1",
    "dapiPrivate": "dapi/v1",
    "dapiPrivateV2": "dapi/v2",
    "dapiData": "dapi/futures/data",
    "eapiPublic": "eapi/v1",
    "eapiPrivate": "eapi/v1",
    "papi": "papi/v1",
    "papiV2": "papi/v2",
}


def freqtrade_config(url: str) -> dict[str, Any]:
    """Write the configuration to merge into a bot's own.

    Parameters
    ----------
    url
        Where the replay exchange listens, as in ``"http://127.0.0.1:8099"``.

    Returns
    -------
    dict[str, Any]
        A configuration with the ``exchange`` key only, for example as a second ``--config`` file.
        A fresh dict at every call.
    """
    return {
        "exchange": {
            "name": "binance",
            # Candles come over REST; there is no stream to subscribe to.
            "enable_ws": False,
            "ccxt_config": {
                # Nobody limits requests on loopback.
                "enableRateLimit": False,
                "urls": {"api": {name: f"{url}/{path}" for name, path in _PATHS.items()}},
            },
        }
    }
