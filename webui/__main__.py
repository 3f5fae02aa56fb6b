"""`python -m webui` is `tunebook`."""

import sys

from webui.cli import tunebook

if __name__ == "__main__":
    sys.exit(tunebook())
