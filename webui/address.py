"""Under which address a proxy shows the page, and by which names it may be asked."""

import os
import re
import socket
from collections.abc import Mapping, MutableMapping
from urllib.parse import quote, unquote, urlsplit

from webui.access import is_loopback
from webui.errors import UserError

LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]", "::1", "testserver"]
SHARED_HOSTS = ["*.gradio.live"]
# The address in the browser, and the name that Colab's proxy asks the runtime by.
COLAB_HOSTS = [
    *("*.googleusercontent.com", "*.colab.dev"),
    *("*.codatalab-user-runtimes.internal", "*.colab-user-runtimes.internal"),
]

FRAMING = {"SPACE_ID", "COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE"}
# Networks that only those reach who are in them, and a Space's only its proxies.
INSIDE = "127.0.0.1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"

FIRST_PORT, PORTS = 7860, 100
PATH = re.compile(r"(/[\w.~@%+-]+)*")
WHOLE = re.compile(r"https?://(\[[0-9a-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?")


def parse_root(text: str) -> str:
    """A root path without its last slash: a path, or a whole address with one.

    Raises:
        ValueError: for what is neither.
    """
    text = text.strip().rstrip("/")
    whole = WHOLE.match(text)
    path = text[whole.end() :] if whole else text
    read = unquote(path)  # as a server sees it
    if (
        not PATH.fullmatch(path)
        or {".", ".."} & {*read.split("/")}
        or not read.isprintable()
    ):
        raise ValueError(
            "write it as a path, /tools/tunebook, or as a whole address, "
            "https://example.com:8443/tools/tunebook"
        )
    # In a header and in a cookie it is as in the browser's line.
    return text.removesuffix(path) + quote(path, safe="/%~@+")


def root_here(
    given: str | None, port: int | None, environment: Mapping[str, str] = os.environ
) -> tuple[str, int | None]:
    """The root path and the port: as given, else as the environment says.

    JupyterHub tells under which path it shows a user's server; jupyter-server-proxy
    shows a port of it below that, so a port is chosen here.

    Raises:
        UserError: when the environment names what is no root path.
    """
    if given is None and (said := environment.get("GRADIO_ROOT_PATH")) is not None:
        try:
            return parse_root(said), port
        except ValueError as error:
            raise UserError.of(
                f"GRADIO_ROOT_PATH is {said!r}; {error}.",
                f"GRADIO_ROOT_PATH 的值 {said!r} 无效；请写成路径或完整地址，例如 "
                "/tools/tunebook。",
            ) from None
    if given is not None:
        return parse_root(given), port
    if prefix := environment.get("JUPYTERHUB_SERVICE_PREFIX"):
        port = port or free_port()
        return parse_root(f"{prefix.rstrip('/')}/proxy/{port}"), port
    return "", port


def path_of(root: str) -> str:
    """The path in a root path; empty for the host itself."""
    return urlsplit(root).path if WHOLE.match(root) else root


def shown_at(address: str, root: str) -> str:
    """Where a server of this address is opened: behind a proxy, at the proxy's."""
    return root if WHOLE.match(root) else f"{address.rstrip('/')}{root}/"


def free_port() -> int | None:
    """The first port from 7860 that nobody listens on; None if there is none."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return None


def check_place(host: str, port: int | None) -> None:
    """Refuse what a server cannot listen on, before anything slow is begun.

    Raises:
        UserError: when there is no such address here, or its port is taken.
    """
    try:
        known = socket.getaddrinfo(host.strip("[]"), port or 0, type=socket.SOCK_STREAM)
        family, kind, _, _, place = known[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        said = error.strerror or str(error)
        where = f"{host}:{port}" if port else host
        raise UserError.of(
            f"nothing can be served at {where} ({said}); choose another --host or "
            "--port, or leave them out.",
            f"无法在 {where} 上提供服务（{said}）；请换一个 --host 或 --port，"
            "或省略它们。",
        ) from None


def host_names(
    host: str,
    share: bool,
    root: str = "",
    environment: Mapping[str, str] = os.environ,
) -> list[str]:
    """The names that a request may call this server by; ``*`` is any.

    A page elsewhere in a browser must not reach us under a name of its own. Where we
    cannot know our names (another address than loopback, a proxy that only told its
    path), a password guards the page instead.
    """
    named = urlsplit(root).hostname if WHOLE.match(root) else None
    if not is_loopback(host) or (root and not named):
        return ["*"]
    hosts = [*LOOPBACK_HOSTS]
    if named:
        hosts.append(named)
    if share:
        hosts += SHARED_HOSTS
    if "COLAB_RELEASE_TAG" in environment:
        hosts += COLAB_HOSTS
    return hosts


def trust_proxies(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let the server believe who the proxies of Spaces say is asking.

    Elsewhere it believes a proxy on this machine alone, or those that are named in
    FORWARDED_ALLOW_IPS: anyone else could write into the header whoever they like.
    """
    if "SPACE_ID" in environment:
        environment.setdefault("FORWARDED_ALLOW_IPS", INSIDE)


def in_a_frame(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the page stands inside of another site's page: Spaces, Colab, Kaggle."""
    return bool(FRAMING & {*environment})
