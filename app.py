"""The program: `python app.py` serves the page and the API; `python app.py --help` lists what else it does."""

from agent.terminal.commands import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
