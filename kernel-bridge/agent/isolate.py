"""Starts a program in an isolation layer: `python -I -S isolate.py MEMBER CONFIG`. See `yesterday_isolation`."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from yesterday_isolation import main

if __name__ == "__main__":
    sys.exit(main.start(sys.argv[1], sys.argv[2]))
