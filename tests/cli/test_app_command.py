"""`costing app` on a machine that never ran it: no question asked, and it serves on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_first_start_serves_without_a_question(tmp_path: Path) -> None:
    port = free_port()
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "BROWSER": "true"}
    database = f"sqlite:///{tmp_path / 'scenarios.sqlite'}"
    server = subprocess.Popen(
        [sys.executable, "-m", "costing.cli", "app", "--port", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **home, "COSTING_DATABASE_URL": database},
    )
    try:
        for _ in range(240):
            assert server.poll() is None, server.communicate()[0]
            try:
                url = f"http://127.0.0.1:{port}/_stcore/health"
                with urllib.request.urlopen(url, timeout=2) as answer:
                    assert answer.status == 200
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.25)
        else:
            raise AssertionError("no answer in a minute")
    finally:
        server.terminate()
        said = server.communicate(timeout=30)[0]
    assert f"http://127.0.0.1:{port}" in said
    assert "Email" not in said
    assert "Network URL" not in said
