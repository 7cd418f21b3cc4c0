"""Text that others wrote made safe to show: control characters escaped, secrets masked."""

import re
from collections.abc import Iterator, Mapping

MASK = "**********"
_SHORTEST_SECRET = 4

_SECRET_KEY = re.compile(
    r"pass|pasw|pwd|secret|token|hook|webho|credential|auth|jwt|private|mnemonic|signature"
    r"|api.?key|^key$|^uid$|chat.?id|wallet.?address|account.?id",
    re.IGNORECASE,
)
_NAME = (
    r"[\w-]{0,40}(?:passw|paswo|passphrase|secret|token|api_?key|signature|webhook|authorization"
    r"|credential|private_?key)[\w-]*|(?<=['\"])(?:key|uid)(?=['\"])"
)
_PART, _REST = r"[^\s/'\"]*", r"[^\s'\"]*"
_HOST = rf"https?://{_PART}"
_VALUE = r"\"[^\"]*\"?|'[^']*'?|(?:Basic |Bearer )?[^\s,;&)}\]]+"
_WRITTEN_OUT: tuple[tuple[re.Pattern[str], str], ...] = (
    # An address with a user name and a password in it; the password may hold any sign.
    (re.compile(r"(\w://)[^\s'\"<>]*@"), rf"\1{MASK}@"),
    # An address that is a secret as a whole.
    (re.compile(rf"({_HOST}/){_REST}(?:hook|bot\d){_REST}", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(rf"({_HOST}hook{_PART}/){_REST}", re.IGNORECASE), rf"\1{MASK}"),
    # A name and its value, as in a dictionary, a query, a header.
    (re.compile(rf"((?:{_NAME})['\"]?\s*[:=]\s*)(?:{_VALUE})", re.IGNORECASE), rf"\1{MASK}"),
    # What looks like a token or a key: Telegram's, a JWT, letters and digits mixed at length.
    (re.compile(r"\b\d{6,}:[\w-]{20,}"), MASK),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]+)?"), MASK),
    (re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{24,}(?![A-Za-z0-9])"), MASK),
)


def escaped(text: str) -> str:
    r"""Return a text as one line without control characters: they are shown as ``\x1b``.

    Line breaks, terminal escapes, marks that turn the direction of writing and whatever else is
    not printed are written out, so that a text from outside can forge no line and move no cursor.
    """
    if text.isprintable():
        return text
    return "".join(map(_escaped_character, text))


def escaped_texts(document: object) -> object:
    """Return a document of JSON with every text in it escaped."""
    if isinstance(document, str):
        return escaped(document)
    if isinstance(document, dict):
        return {escaped(key): escaped_texts(value) for key, value in document.items()}
    return list(map(escaped_texts, document)) if isinstance(document, list) else document


def masked(text: str) -> str:
    """Return a text without what looks like a password, a key, a token or a webhook's address."""
    for pattern, replacement in _WRITTEN_OUT:
        text = pattern.sub(replacement, text)
    return text


def without(text: str, secrets: frozenset[str]) -> str:
    """Return a text without secrets that are known, and without what looks like one."""
    # The longest first: one may be part of another.
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return masked(text)


def is_secret_key(key: str) -> bool:
    """Return whether what stands under a key is nobody's business, misspelt keys included."""
    return _SECRET_KEY.search(key) is not None


def masked_value(key: str, value: object) -> object:
    """Return a setting's value as it may be shown."""
    if value is None or isinstance(value, bool):
        return value
    if is_secret_key(key):
        return MASK
    if isinstance(value, Mapping):
        return {name: masked_value(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked_value(key, inner) for inner in value]
    return masked(value) if isinstance(value, str) else value


def secrets_in(settings: Mapping[str, object]) -> Iterator[str]:
    """Yield the secrets of a configuration: texts under keys that name one."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from secrets_in(value)
        elif isinstance(value, list):
            yield from (
                secret
                for inner in value
                for secret in secrets_in(inner if isinstance(inner, Mapping) else {key: inner})
            )
        elif is_secret_key(str(key)) and not isinstance(value, bool) and value is not None:
            text = str(value)
            if len(text) >= _SHORTEST_SECRET:
                yield text


def _escaped_character(character: str) -> str:
    if character.isprintable():
        return character
    if character.isspace() and character not in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029":
        # A space that is not broken, and others of its kind.
        return " "
    return character.encode("unicode_escape").decode("ascii")
