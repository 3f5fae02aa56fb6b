"""A real nginx on a port of its own, which shows a server below a path."""

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
CONFIGURATION = """
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 512m;
  server {{
    listen 127.0.0.1:{port};
    location {path}/ {{
      proxy_pass {upstream};
      proxy_http_version 1.1;
      {headers}
    }}
  }}
}}
"""
TOLD = """
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def nginx(
    folder: Path, port: int, path: str, upstream: str, headers: str = TOLD
) -> Iterator[str]:
    """Show an upstream below a path of another port; the whole address."""
    if NGINX is None:
        pytest.skip("there is no nginx here; `apt-get install nginx-light` brings it")
    folder.mkdir(parents=True)
    told = {"folder": folder, "port": port, "path": path, "upstream": upstream}
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(**told, headers=headers))
    process = subprocess.Popen([NGINX, "-c", str(file), "-e", f"{folder}/error.log"])
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}{path}"
    finally:
        process.terminate()
        process.wait()


def wait_until_it_answers(address: str) -> None:
    """Return when somebody answers, whatever it is."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("nginx did not come up")
