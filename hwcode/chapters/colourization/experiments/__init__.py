"""Recorded trainings and measurements of times."""
