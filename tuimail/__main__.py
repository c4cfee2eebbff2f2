"""`python -m tuimail` is the `tuimail` command."""

import sys

from tuimail.cli.main import main

sys.exit(main())
