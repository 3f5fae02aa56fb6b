"""Whoever is not at this machine needs a password."""

import pytest

from webui.access import credentials, is_loopback, parse_login

HERE = ("127.0.0.1", "127.8.9.10", "localhost", "::1", "[::1]")
ELSEWHERE = ("0.0.0.0", "::", "192.168.1.7", "localhost.example.com", "", "127.0.0.1.x")


@pytest.mark.parametrize("host", HERE)
def test_this_machine_needs_no_password(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert is_loopback(host)
    assert credentials(host, False, None) is None
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("host", ELSEWHERE)
def test_any_other_address_gets_a_password(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    login = credentials(host, False, None)
    assert login is not None
    shown = capsys.readouterr().out
    assert login[0] in shown and login[1] in shown
    assert len(login[1]) >= 12


def test_a_shared_link_gets_a_password_of_its_own() -> None:
    first, second = (credentials("127.0.0.1", True, None) for _ in range(2))
    assert first and second
    assert first[1] != second[1]


def test_given_credentials_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("ada", "s:e:c")
    assert credentials("0.0.0.0", True, given) == given
    assert credentials("127.0.0.1", False, given) == given
    assert given[1] not in capsys.readouterr().out


def test_login_is_user_colon_password() -> None:
    assert parse_login("ada:s:e:c") == ("ada", "s:e:c")
    for text in ("ada", "ada:", ":secret", ""):
        with pytest.raises(ValueError):
            parse_login(text)
