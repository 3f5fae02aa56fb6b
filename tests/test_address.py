"""Where a proxy shows the page, and which names a request may call it by."""

import socket

import pytest

from webui.address import (
    check_place,
    host_names,
    in_a_frame,
    parse_root,
    path_of,
    root_here,
    shown_at,
    trust_proxies,
)
from webui.errors import UserError

HUB = {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada@example.com/"}


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("/tools/tunebook/", "/tools/tunebook"),
        ("/", ""),
        ("", ""),
        ("https://example.com:8443/t/", "https://example.com:8443/t"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("/user/ada%40x/proxy/7860", "/user/ada%40x/proxy/7860"),
        ("/user/ada%20b/proxy/1", "/user/ada%20b/proxy/1"),
        ("/工具", "/%E5%B7%A5%E5%85%B7"),
        ("https://a.b/工具/", "https://a.b/%E5%B7%A5%E5%85%B7"),
    ],
)
def test_a_root_path_is_a_path_or_an_address(text: str, root: str) -> None:
    assert parse_root(text) == root


@pytest.mark.parametrize(
    "text",
    [
        "tools",
        "//evil.com/x",
        "/a/../b",
        '/a"><script>',
        "/a b",
        "/a?b",
        "ftp://x/y",
        "https://a@b/c",
        "javascript:alert(1)",
        "/a\r\nX: y",
        "/a/%2e%2e/b",
        "/a%0d%0aX",
        "/a/%2E",
    ],
)
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="/tools/tunebook"):
        parse_root(text)


def test_where_nothing_can_be_served_is_told() -> None:
    check_place("127.0.0.1", None)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(UserError, match=f"at 127.0.0.1:{taken} .*--port"):
            check_place("127.0.0.1", taken)
    for host in ("nowhere.invalid", "192.0.2.1"):
        with pytest.raises(UserError, match=f"at {host} "):
            check_place(host, None)


def test_what_is_given_wins_over_the_environment() -> None:
    said = {"GRADIO_ROOT_PATH": "/said", **HUB}
    assert root_here("/given", 1, said) == ("/given", 1)
    assert root_here("", None, said) == ("", None)
    assert root_here(None, 1, said) == ("/said", 1)
    assert root_here(None, None, {}) == ("", None)


def test_what_the_environment_says_wrongly_is_told() -> None:
    with pytest.raises(UserError, match="GRADIO_ROOT_PATH is 'tools'; write it as"):
        root_here(None, None, {"GRADIO_ROOT_PATH": "tools"})


def test_jupyterhub_tells_the_path_to_a_port() -> None:
    assert root_here(None, 9, HUB) == ("/user/ada@example.com/proxy/9", 9)
    root, port = root_here(None, None, HUB)
    assert port and root.endswith(f"/proxy/{port}")


def test_the_path_of_a_root() -> None:
    assert path_of("https://example.com/t/u") == "/t/u"
    assert path_of("https://example.com") == ""
    assert path_of("/t") == "/t"


def test_other_host_names_are_refused_unless_a_password_guards() -> None:
    names = host_names("127.0.0.1", False, "", {})
    assert "127.0.0.1" in names and not any("*" in name for name in names)
    shared = host_names("127.0.0.1", True, "", {})
    assert "*.gradio.live" in shared and "*" not in shared
    named = host_names("127.0.0.1", False, "https://Example.com:8443/t", {})
    assert "example.com" in named and "*" not in named
    colab = host_names("127.0.0.1", False, "", {"COLAB_RELEASE_TAG": "1"})
    assert {"*.colab.dev", "*.codatalab-user-runtimes.internal"} <= {*colab}
    assert "*" not in colab
    assert host_names("0.0.0.0", False, "", {}) == ["*"]
    assert host_names("127.0.0.1", False, "/tools", {}) == ["*"]


def test_spaces_and_colab_show_the_page_in_a_frame() -> None:
    assert in_a_frame({"SPACE_ID": "a/b"}) and in_a_frame({"COLAB_RELEASE_TAG": "1"})
    assert not in_a_frame({"HOME": "/root"})


def test_where_a_server_is_opened() -> None:
    here = "http://127.0.0.1:7860/"
    assert shown_at(here, "") == here
    assert shown_at(here, "/tools") == f"{here}tools/"
    assert shown_at(here, "https://example.com/t") == "https://example.com/t"


def test_the_proxies_of_spaces_are_believed_and_no_others() -> None:
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    space, elsewhere = {"SPACE_ID": "ada/tune"}, {"HOME": "/root"}
    trust_proxies(space)
    trust_proxies(elsewhere)
    assert "FORWARDED_ALLOW_IPS" not in elsewhere
    said = space["FORWARDED_ALLOW_IPS"]
    trusted = ProxyHeadersMiddleware(None, said).trusted_hosts  # type: ignore[arg-type]
    assert "10.20.30.40" in trusted and "9.9.9.9" not in trusted
    own = {"SPACE_ID": "ada/tune", "FORWARDED_ALLOW_IPS": "10.0.0.1"}
    trust_proxies(own)
    assert own["FORWARDED_ALLOW_IPS"] == "10.0.0.1"
