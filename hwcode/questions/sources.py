"""The four homeworks that the questions come from."""

__all__ = ["SOURCES"]

SOURCES = {
    "A1": "CSC413 2024, assignment 1",
    "A2": "CSC413/2516 2025, assignment 2",
    "H2": "CSC413 2021, homework 2",
    "P4": "ESE 546 2020, homework 4",
}
"""Short titles, by the first letters of a question's id; the bibliography has the full ones."""
