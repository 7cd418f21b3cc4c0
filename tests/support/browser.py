"""A page as a real browser shows it."""

import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright


@contextmanager
def chromium():
    """Give the browser of this machine, or skip where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def shown(browser, path, scheme="light", width=1400):
    """Give the page as a browser shows it, and all that it has complained of or asked for."""
    size = {"width": width, "height": 900}
    context = browser.new_context(color_scheme=scheme, viewport=size)
    asked, complaints = [], []

    def refuse(route):
        asked.append(route.request.url)
        route.abort()

    context.route(lambda url: not url.startswith(("file:", "data:")), refuse)
    context.set_offline(True)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    yield page, asked, complaints
    context.close()


def draw_all(page):
    """Scroll through the page: figures are drawn before they come into sight."""
    boxes = page.locator("[data-figure]")
    for place in range(boxes.count()):
        boxes.nth(place).scroll_into_view_if_needed()
    page.wait_for_function(
        """() => [...document.querySelectorAll("[data-figure]")].every(
            (box) => box.classList.contains("js-plotly-plot"))"""
    )
