"""The program: `python app.py` serves the page and the API; `python app.py --help` lists what else it does."""

import gc

# What is loaded first is kept for good: looking for garbage in it takes a third of the time to the first answer.
gc.set_threshold(100_000, 20, 20)

from agent.terminal.commands import app  # noqa: E402


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
