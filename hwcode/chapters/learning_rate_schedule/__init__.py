"""The chapter on learning-rate schedules."""
