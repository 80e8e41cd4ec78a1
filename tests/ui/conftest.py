"""A store of its own for each test; pages opened as Streamlit opens them, or by a real browser."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from streamlit.testing.v1 import AppTest

from costing.fleet_file.mapping import FOLDER_VARIABLE
from costing.store.database import URL_VARIABLE
from costing.store.store import Store
from costing.ui.parts.figures import parse
from costing.ui.shell.settings import server_flags

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-sync", "--disable-component-update",
    "--disable-default-apps", "--disable-extensions", "--metrics-recording-only",
)  # fmt: skip
PATIENCE = 60_000


class Session:
    """One visitor on one page, who reads and fills it by its labels, in French figures."""

    def __init__(self, at: AppTest) -> None:
        self.at = at

    @property
    def text(self) -> str:
        """Everything that the page says, tags left out."""
        at = self.at
        parts = [element.value for element in (*at.markdown, *at.title, *at.header, *at.subheader)]
        parts += [element.value for element in (*at.success, *at.info, *at.warning, *at.error)]
        parts += [str(element.value) for element in at.get("html")]
        return unescape(re.sub(r"<[^>]+>", " ", " ".join(parts))).replace("\u202f", " ")

    @property
    def errors(self) -> str:
        """What the page refuses."""
        return " ".join(e.value for e in self.at.error).replace("\u202f", " ")

    @property
    def address(self) -> dict[str, str]:
        """Parameters of the address bar."""
        return {key: str(value) for key, value in self.at.query_params.items()}

    def cost_of(self, class_name: str) -> float:
        """Cost per act after the change, in the table of effects of the first page."""
        for element in self.at.get("html"):
            for row in re.findall(r"<tr>(.*?)</tr>", str(element.value)):
                raw = re.findall(r"<td.*?</td>", row)
                cells = [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in raw]
                if cells[:1] == [class_name] and len(cells) == 6:
                    return parse(cells[4])
        raise AssertionError(f"no cost shown for {class_name}")

    def press(self, label: str) -> None:
        """Press the first button of a label."""
        next(b for b in self.at.button if b.label == label).click().run()

    def sign(self, name: str) -> None:
        """Give one's name."""
        self.at.text_input(key="author").set_value(name).run()

    def fill(self, address: str, **texts: str) -> None:
        """Choose a value in the form and type in its fields."""
        self.at.selectbox(key="form-value").set_value(address).run()
        version = self.at.session_state["workspace"].version
        for name, text in texts.items():
            self.at.text_input(key=f"{name}-{address}-{version}").set_value(text)

    def position(self, address: str) -> int:
        """Row of a value in the table."""
        return int(self.at.session_state["values-editor"][1].index(address))

    def edit_table(self, address: str, **cells: str) -> None:
        """Type in the cells of a value in the table."""
        key, _ = self.at.session_state["values-editor"]
        rows = {self.position(address): cells}
        self.at.session_state[key] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
        self.at.run()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """URL of an empty store, which the screens use too."""
    url = f"sqlite:///{tmp_path / 'scenarios.db'}"
    monkeypatch.setenv(URL_VARIABLE, url)
    return url


@pytest.fixture
def store(database: str) -> Store:
    """The store behind the screens."""
    return Store(database)


@pytest.fixture
def opened(database: str) -> Callable[..., Session]:
    """Open a page by its address, with parameters of the address bar."""

    def open_page(page: str = "hypotheses", **parameters: str) -> Session:
        script = f"from costing.ui.main import main\nmain({page!r})\n"
        at = AppTest.from_string(script, default_timeout=120)
        at.query_params.update(parameters)
        return Session(at.run())

    return open_page


@pytest.fixture(scope="session")
def site_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the store of the site."""
    return f"sqlite:///{tmp_path_factory.mktemp('store') / 'scenarios.db'}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, site_database: str) -> Iterator[str]:
    """The application on a free port of this machine, with a store and a folder of its own.

    It serves all the visitors in turn, as it does in life.
    """
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        URL_VARIABLE: site_database,
        FOLDER_VARIABLE: str(folder / "mappings"),
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *server_flags()]
    command += [f"--server.port={port}", "--server.fileWatcherType=none"]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(120):
        assert server.poll() is None, "the server stopped"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail("the server did not answer")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A browser; no longer than a module, since Playwright holds the thread's event loop."""
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            yield found
        finally:
            found.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of the browser, in French, with nothing kept of an earlier visit."""
    with browser.new_context(viewport={"width": 1440, "height": 900}, locale="fr-FR") as context:
        found = context.new_page()
        found.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield found
