"""What the action's container runs: the words of `pulse-ci`, or with none what PULSE_CI_COMMAND says."""

from __future__ import annotations

import sys

from pulse_ci.action import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
