"""The account in a file, so that it outlives the exchange's process."""

import json
import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from freqtrade_riskguard.replay.credentials import Credentials
from freqtrade_riskguard.replay.matching import MatchingState


class AccountFileError(ValueError):
    """A file that no account can be taken up from; the message is one line for a person."""


class KeptAccount(BaseModel):
    """All that is needed to go on where the exchange ended.

    Attributes
    ----------
    version
        Of the file's format.
    shift_ms
        How far the recordings were moved, milliseconds: time goes on while nobody serves them.
    key, secret
        What requests are signed with.
    state
        The account, its orders and its history.
    """

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    shift_ms: int
    key: str
    secret: str = Field(repr=False)
    state: MatchingState

    @property
    def credentials(self) -> Credentials:
        """Key and secret."""
        return Credentials(key=self.key, secret=self.secret)


def read_account(file: Path) -> KeptAccount | None:
    """Read a kept account; None where there is no such file.

    Raises
    ------
    AccountFileError
        If there is one, and no account is in it.
    """
    try:
        text = file.read_text(encoding="utf-8")
        return KeptAccount.model_validate_json(text)
    except FileNotFoundError:
        return None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(key) for key in first["loc"])
        raise AccountFileError(
            f"{file} holds no account of a replay exchange ({place or 'content'}: {first['msg']}): "
            "give another file"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise AccountFileError(f"{file} cannot be read: {error}") from None


def write_account(kept: KeptAccount, file: Path) -> None:
    """Write an account, whole or not at all; only this user may read it.

    Raises
    ------
    AccountFileError
        If it cannot be written.
    """
    content = {**kept.model_dump(exclude={"state"}), "state": kept.state.to_dict()}
    beside = file.with_name(f"{file.name}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as new:
            json.dump(content, new)
            new.flush()
            os.fsync(new.fileno())
        beside.replace(file)
    except OSError as error:
        raise AccountFileError(f"{file} cannot be written: {error}") from None


class AccountKeeper:
    """Keeps one account, in memory and in a file if there is one.

    Parameters
    ----------
    file
        The file; None for memory alone.
    shift_ms
        How far the recordings are moved now, milliseconds.
    """

    def __init__(self, file: Path | None, shift_ms: int) -> None:
        self._file = file
        self._shift_ms = shift_ms
        self._kept: KeptAccount | None = None

    def take_up(self, now_ms: int) -> KeptAccount:
        """Return the account as it was kept, or a new one without money.

        Raises
        ------
        AccountFileError
            If the file holds none, or one of recordings that were moved otherwise.
        """
        if self._kept is None and self._file is not None:
            self._kept = read_account(self._file)
        if self._kept is None:
            new = Credentials.new()
            self._kept = KeptAccount(
                shift_ms=self._shift_ms,
                key=new.key,
                secret=new.secret,
                state=MatchingState(now_ms=now_ms),
            )
        if self._kept.shift_ms != self._shift_ms:
            raise AccountFileError(
                f"the account of {self._file} belongs to recordings that were moved by "
                f"{self._kept.shift_ms} ms, and they are moved by {self._shift_ms} ms now"
            )
        return self._kept

    def keep(self) -> None:
        """Write the account to its file, if it has one."""
        if self._kept is not None and self._file is not None:
            write_account(self._kept, self._file)
