"""Courses played again against the clock, to see whom the score and the rules would have found."""
