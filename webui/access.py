"""Who may open the page: anyone at this machine, elsewhere only with a password."""

import ipaddress
import secrets

Login = tuple[str, str]


def credentials(
    host: str, share: bool, given: Login | None, *, proxied: bool = False
) -> Login | None:
    """The user name and password that the page asks for; None for none.

    The page trains models and reads files, so an address that others can reach, a
    shared link and a place behind a proxy always have one: made and printed here if
    none is given.
    """
    if given or (is_loopback(host) and not share and not proxied):
        return given
    user, password = "tunebook", secrets.token_urlsafe(12)
    print(f"Others can reach this page. User name: {user}  Password: {password}")
    return user, password


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address that the page listens on."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        # Another name may be loopback today and the network's tomorrow.
        return False


def parse_login(text: str) -> Login:
    """The user name and password in USER:PASSWORD; a password may hold colons.

    Raises:
        ValueError: when one of the two is missing.
    """
    user, _, password = text.partition(":")
    if not user or not password:
        raise ValueError("write it as USER:PASSWORD, both not empty")
    return user, password
