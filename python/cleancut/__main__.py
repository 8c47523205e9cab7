"""``python -m cleancut``: the command line."""

import signal
import sys

from . import _native


def main() -> int:
    """Gives the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
