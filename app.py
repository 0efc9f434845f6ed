"""The program: `attune chat`, `ask`, `import`, `index`, `doctor`."""

from agent.terminal.commands import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
