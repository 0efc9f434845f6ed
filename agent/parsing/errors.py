"""What can go wrong with a parser's weights; parsing itself raises nothing."""


class WeightsError(Exception):
    """Weights or their base are missing, damaged or made for something else; the message says what to run."""
