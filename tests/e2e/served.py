"""A real vLLM server for tests: started, waited for, killed and brought back."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
START_S = 600
"""A start takes 60 to 100 s on two idle cores, and several times that on busy ones."""


class VllmServer:
    """Serves a model folder on a free port of this machine. Stops only what it started."""

    def __init__(self, model: Path, log: Path) -> None:
        self._model = model
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> float:
        """Start the server; return the seconds until it was ready. Raises RuntimeError with the end of its log."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["bash", str(ROOT / ".ci" / "vllm.sh"), "serve", str(self._model), "--served-model-name", "tiny"],
                env={**os.environ, "VLLM_PORT": str(self.port)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.monotonic() - began < START_S:
            if self._process.poll() is not None:
                break
            if self._is_ready():
                return time.monotonic() - began
            time.sleep(0.5)
        self.stop()
        raise RuntimeError(f"vLLM did not start:\n{self._log.read_text(errors='replace')[-4000:]}")

    def kill(self) -> None:
        """End the server at once, as a crash would, with the processes that it started."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            os.killpg(self._process.pid, how)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
        self._process = None

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def make_tiny_model(folder: Path) -> Path:
    """Write the tiny model into a folder, in a process of its own: torch and its threads stay out of the tests."""
    subprocess.run([sys.executable, str(Path(__file__).parent / "tiny_model.py"), str(folder)], check=True, timeout=120)
    return folder
