"""From a change to a decision: which subjects, what drifts, what is to be done about it."""
