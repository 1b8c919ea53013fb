"""What is said where a solver finds no plan: its numbers lie so far apart that they cannot be reckoned with."""

from __future__ import annotations

from gatecast.errors import InputError

__all__ = ["unsolved"]


def unsolved(what: str, message: str) -> InputError:
    """The error for a program that HiGHS did not solve.

    Parameters
    ----------
    what : str
        What was looked for, such as an order list.
    message : str
        What HiGHS says.
    """
    expected = (
        "costs, sizes and rates that are closer to each other; look for a slip among the smallest and the largest"
    )
    return InputError(f"operations: got numbers for which no {what} can be worked out ({message}), expected {expected}")
