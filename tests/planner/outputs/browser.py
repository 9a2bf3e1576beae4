"""Headless Chromium without a network, for the tests that open a page and look at it."""

from __future__ import annotations

import json
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

NOWHERE = "127.0.0.1:9"
"""The discard port: a proxy that answers nothing."""


class Page:
    """One open page: what it asked for, what it complained about, what it looks like."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        self.requests: list[str] = []
        self.errors: list[str] = []

    def open(self, path: Path) -> None:
        """Open a file and wait until its scripts have run."""
        self.settle()
        self.requests.clear()
        self.errors.clear()
        self.driver.get(path.resolve().as_uri())
        self.wait(lambda: self.script("return document.readyState") == "complete")

    def resize(self, width: int, height: int = 900) -> None:
        """Give the window's inside this many pixels."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def script(self, code: str, *arguments: Any) -> Any:
        """Run JavaScript in the page and return its value."""
        return self.driver.execute_script(code, *arguments)

    def wait(self, condition: Callable[[], bool], limit_s: float = 20.0) -> None:
        """Return as soon as ``condition`` holds; fail when it does not in time."""
        end = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() > end:
                pytest.fail(f"the page did not get there within {limit_s} s")
            self.next_frame()

    def next_frame(self) -> None:
        """Let the page paint twice."""
        self.driver.execute_async_script(
            "const done = arguments[0];"
            "requestAnimationFrame(() => requestAnimationFrame(() => done()));"
        )

    def settle(self) -> None:
        """Collect what the browser logged since the last call."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
        for entry in self.driver.get_log("browser"):
            if entry["level"] in ("SEVERE", "WARNING"):
                self.errors.append(entry["message"])

    def outside_requests(self) -> list[str]:
        """Every address that the page asked for, but files and data of its own."""
        self.settle()
        own = ("file:", "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(own)]

    def console_errors(self) -> list[str]:
        """Errors and warnings of the console, refused requests among them."""
        self.settle()
        return self.errors

    def pixels(self) -> npt.NDArray[np.uint8]:
        """Return a screenshot as rows x columns x RGB."""
        self.next_frame()
        png = self.driver.get_screenshot_as_png()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with MemoryFile(png) as memory, memory.open() as picture:
                return np.moveaxis(picture.read([1, 2, 3]), 0, 2)


@contextmanager
def headless_page(width: int = 1400, height: int = 900) -> Iterator[Page]:
    """Give a page in headless Chromium with no way out; skip the test where there is none."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and chromedriver):
        pytest.skip("no chromium and chromedriver here (Debian: apt-get install chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--force-device-scale-factor=1",
        "--disable-background-networking",
        f"--window-size={width},{height}",
        f"--proxy-server={NOWHERE}",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(chromedriver))
    try:
        page = Page(driver)
        page.resize(width, height)
        yield page
    finally:
        driver.quit()


def count_colour(pixels: npt.NDArray[np.uint8], colour: str, tolerance: int = 24) -> int:
    """Count pixels within ``tolerance`` of "#rrggbb" in each channel."""
    wanted = np.frombuffer(bytes.fromhex(colour.removeprefix("#")), dtype=np.uint8).astype(int)
    return int((np.abs(pixels.astype(int) - wanted) <= tolerance).all(axis=2).sum())
