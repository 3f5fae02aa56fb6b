"""Wrong passwords are slowed down: by address, and all of them together."""

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

FREE = 5  # wrong ones of an address before it has to wait
FIRST, LONGEST = 2.0, 900.0  # seconds; each further wrong one doubles the wait
REMEMBERED = 3600.0  # seconds after the last wrong one
# Wrong ones of all addresses in an hour; after them one in each 36 seconds.
IN_AN_HOUR, HOUR = 100, 3600.0
ADDRESSES = 10_000


class Attempts:
    """How often a password was wrong, and how long the next try has to wait.

    A try counts as wrong from its beginning, so that many at once gain nothing; the
    right password takes it back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.lock = threading.Lock()
        self.by_address: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self.all: deque[float] = deque(maxlen=IN_AN_HOUR)

    def begin(self, address: str) -> float:
        """Take a try; the seconds that it has to wait instead, 0 if it may be made."""
        who = group_of(address)
        with self.lock:
            now = self.clock()
            if (wait := self.wait(who, now)) > 0:
                return wait
            count, _ = self.by_address.pop(who, (0, 0.0))
            self.by_address[who] = count + 1, now
            while len(self.by_address) > ADDRESSES:
                self.by_address.popitem(last=False)
            self.all.append(now)
            return 0

    def right(self, address: str) -> None:
        """The password was right: nothing is held against this address."""
        with self.lock:
            self.by_address.pop(group_of(address), None)
            if self.all:
                self.all.pop()

    def wait(self, who: str, now: float) -> float:
        """Seconds until this address may try again."""
        count, last = self.by_address.get(who, (0, 0.0))
        if now - last > REMEMBERED:
            self.by_address.pop(who, None)
            count = 0
        own = last + penalty(count) - now if count >= FREE else 0.0
        many = len(self.all) == IN_AN_HOUR and now - self.all[0] < HOUR
        of_all = self.all[-1] + HOUR / IN_AN_HOUR - now if many else 0.0
        return max(own, of_all, 0.0)


def penalty(count: int) -> float:
    """Seconds that an address waits after so many wrong passwords."""
    return min(FIRST * 2.0 ** min(count - FREE, 30), LONGEST)


def group_of(address: str) -> str:
    """Who is behind an address: in IPv6 anyone has as many as they like of a /64."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
