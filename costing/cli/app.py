"""The command that starts the screens."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=8501, show_default=True)
@click.option("--address", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open the browser.")
def app(port: int, address: str, open_browser: bool) -> None:
    """Start the workbench in the browser, on this machine only unless told otherwise."""
    from streamlit.web import cli as streamlit_cli

    from costing.ui.shell.settings import server_flags

    page = Path(__file__).parents[1] / "ui" / "main.py"
    sys.argv = [
        "streamlit", "run", str(page), *server_flags(), f"--server.port={port}",
        f"--server.address={address}", f"--server.headless={str(not open_browser).lower()}",
    ]  # fmt: skip
    sys.exit(streamlit_cli.main())
