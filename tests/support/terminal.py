"""What a narrow terminal may show."""


def wide_lines(text: str, columns: int) -> list[str]:
    """Return the lines that do not fit, but for a path that is longer by itself."""
    return [
        line
        for line in text.splitlines()
        if len(line) > columns and max(map(len, line.split())) <= columns - 10
    ]


def assert_fits(text: str, columns: int) -> None:
    """Hold that nothing is wider than the terminal, and nothing cut off."""
    assert text.strip()
    assert not wide_lines(text, columns)
    assert "…" not in text
