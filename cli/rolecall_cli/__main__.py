"""`python -m rolecall_cli` is the `rolecall` command."""

from rolecall_cli.main import main

main()
