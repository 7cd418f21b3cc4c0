"""The settings of ``riskguard watch``: frozen, unknown keys refused."""

import re
from ipaddress import ip_address
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from freqtrade_riskguard.config.profiles import PROFILES
from freqtrade_riskguard.config_types import Count, CountOrNone, Exposure, Ratio, Section
from freqtrade_riskguard.risk import DRAWDOWN_LADDER

FLEET = "fleet"  # what messages, the state file and --reset call all bots together

Seconds = Annotated[float, Field(gt=0, le=3600)]
_NAME = re.compile(r"[\w .:\[\]-]{1,60}")
_API = re.compile(r"(/+api(/+v1)?)?/*$")
# What a host, a port and a path consist of; anything else may be written as %xx.
_ADDRESS = re.compile(r"https?://[\w.:\[\]%/~+,;=!$&()*-]+", re.IGNORECASE)

_PLACE = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(?P<port>\d{1,5})")
_GREATEST_PORT = 65_535
_LEAST_PASSWORD = 12


def plain_url(url: str) -> str:
    """Return the address of a bot without what is always the same.

    Raises
    ------
    ValueError
        Where it is no address of a bot, or holds credentials; the text does not repeat it.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        usable = usable and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
        parts = urlsplit("")
    if "@" in url:
        raise ValueError(
            "must not hold user name or password (what stands before the '@'): give them as "
            "RISKGUARD_WATCH_USERNAME and RISKGUARD_WATCH_PASSWORD in the environment"
        )
    if not usable or not _ADDRESS.fullmatch(url):
        raise ValueError("must be an address like 'http://127.0.0.1:8080'")
    return f"{parts.scheme}://{parts.netloc}{_API.sub('', parts.path)}"


def _plain_place(place: str) -> str:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError("must be a host and a port, like '127.0.0.1:8090'")
    if int(found["port"]) > _GREATEST_PORT:
        raise ValueError(f"must have a port of at most {_GREATEST_PORT}")
    return place


def _is_this_machine(host: str) -> bool:
    """Return whether nobody else can reach what listens there."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _plain_address(address: SecretStr) -> SecretStr:
    if not address.get_secret_value().startswith(("http://", "https://")):
        raise ValueError("must begin with 'https://' or 'http://'")
    return address


def _plain_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("must be 1 to 60 letters, digits, spaces or any of . : _ -")
    return name


class Limits(Section):
    """What a bot, or all bots together, may lose and hold; null switches a limit off."""

    daily_loss_limit: Ratio | None = Field(
        default=PROFILES["seatbelt"]["daily_loss_limit"],
        description="loss since 00:00 UTC / equity then",
    )
    max_drawdown: Ratio | None = Field(
        default=DRAWDOWN_LADDER.steps[-1].threshold,
        description="fall from the highest equity / that equity; ends with --reset only",
    )
    min_equity_quote: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="least equity, in the stake currency"
    )
    exposure_per_coin: Exposure | None = Field(
        default=None, description="notional in one coin / equity, longs and shorts added up"
    )
    gross_exposure: Exposure | None = Field(
        default=None, description="notional of all positions / equity, longs and shorts added up"
    )

    def over(self, base: "Limits") -> "Limits":
        """Return ``base`` with what is written here laid on top."""
        own = {key: getattr(self, key) for key in self.model_fields_set}
        return base.model_copy(update=own)


class BotSettings(Section):
    """A bot as it stands in the file."""

    url: Annotated[str, AfterValidator(plain_url)]
    name: Annotated[str, AfterValidator(_plain_name)] | None = Field(
        default=None, description="host and port of the url where left out"
    )
    username: SecretStr | None = None
    password: SecretStr | None = None
    journal: str | None = Field(
        default=None, description="journal of its guard, on this machine: for page and metrics"
    )
    status: str | None = Field(
        default=None, description="file that riskguard status --json writes of it: for the page"
    )
    limits: Limits = Field(default=Limits(), description="on top of the limits for each bot")

    @property
    def called(self) -> str:
        """The name, or the place, of the bot."""
        return self.name or urlsplit(self.url).netloc


class NotifySettings(Section):
    """Who is told of alarms through Apprise, and how often."""

    notify: Annotated[tuple[SecretStr, ...], Field(strict=False, min_length=1)] | None = Field(
        default=None, description="addresses of Apprise that alarms are sent to"
    )
    notify_repeat_seconds: Annotated[float, Field(ge=0, le=604_800)] = Field(
        default=3_600.0, description="how long the same trouble of a bot is not sent there again"
    )


class WatchSettings(NotifySettings):
    """The file that ``--config`` names."""

    # A file has lists; a frozen configuration has tuples.
    bots: Annotated[tuple[BotSettings, ...], Field(strict=False)]
    limits: Limits = Field(default=Limits(), description="for each bot by itself")
    fleet: Limits = Field(default=Limits(), description="for two or more bots together")
    every_seconds: Seconds = 10.0
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = Field(
        default=5.0, description="how long a bot may take to answer a question"
    )
    order_timeout_seconds: Annotated[float, Field(gt=0, le=300)] = Field(
        default=30.0, description="how long it may take to carry out an order"
    )
    retries: Annotated[CountOrNone, Field(le=10)] = Field(
        default=2, description="of what failed for a reason that may pass, within one poll"
    )
    missed_polls: Count = Field(default=3, description="polls without an answer before the alarm")
    stalled_seconds: Annotated[float, Field(gt=0, le=86_400)] | None = Field(
        default=300.0, description="alarm where the bot answers but its loop stands still as long"
    )
    state_file: str = Field(
        default="riskguard-watch.json", description="baselines, peaks and halts"
    )
    webhook: Annotated[SecretStr, AfterValidator(_plain_address)] | None = Field(
        default=None, description="address that alarms are posted to"
    )
    exit_on_alarm: bool = Field(default=False, description="end with exit code 1 on an alarm")
    page: Annotated[str, AfterValidator(_plain_place)] | None = Field(
        default=None, description="host and port at which the page is served"
    )
    page_password: Annotated[SecretStr, Field(min_length=_LEAST_PASSWORD)] | None = Field(
        default=None, description="for who asks there; needed off this machine"
    )

    @property
    def page_place(self) -> tuple[str, int] | None:
        """Host and port of the page; None for no page."""
        if self.page is None:
            return None
        host, _, port = self.page.rpartition(":")
        return host.strip("[]"), int(port)

    @model_validator(mode="after")
    def _hides_its_page(self) -> Self:
        place = self.page_place
        if place is not None and self.page_password is None and not _is_this_machine(place[0]):
            raise ValueError(
                "page must be on this machine (127.0.0.1, localhost or [::1]) unless page_password "
                "is set"
            )
        return self

    @model_validator(mode="after")
    def _each_bot_once(self) -> Self:
        if not self.bots:
            raise ValueError("bots must name one bot or more")
        for what, all_of_them in (
            ("name", [bot.called for bot in self.bots]),
            ("url", [bot.url for bot in self.bots]),
        ):
            for place, one in enumerate(all_of_them):
                first = all_of_them.index(one)
                if first < place:
                    raise ValueError(
                        f"bots must each have a {what} of their own: {first} and {place} have the "
                        "same (counted from 0)"
                    )
        if any(bot.called == FLEET for bot in self.bots):
            raise ValueError(f"bots must not be named {FLEET!r}: it stands for all of them")
        return self


class WatchedBot(Section):
    """A bot with all that it takes to watch it."""

    name: str
    url: str
    username: SecretStr
    password: SecretStr
    limits: Limits
