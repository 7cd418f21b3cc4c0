"""What a bot says to its owner, kept where Telegram would stand."""

from typing import Any

from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.rpc import RPC, RPCHandler

# freqtrade hands a strategy's own words only to those that are configured to take them.
LISTENS: dict[str, Any] = {"_listener": {"allow_custom_messages": True}}


class _Listener(RPCHandler):  # type: ignore[misc]
    """Stands where Telegram would, and keeps what the strategy and freqtrade say."""

    def __init__(self, bot: FreqtradeBot, messages: list[dict[str, Any]]) -> None:
        super().__init__(RPC(bot), bot.config)
        self._messages = messages

    def send_msg(self, msg: dict[str, Any]) -> None:
        self._messages.append(msg)

    def cleanup(self) -> None:
        """Nothing is open."""


def listen(bot: FreqtradeBot, messages: list[dict[str, Any]]) -> None:
    """Have all that freqtrade would send to Telegram added to a list."""
    bot.rpc.registered_modules.append(_Listener(bot, messages))
