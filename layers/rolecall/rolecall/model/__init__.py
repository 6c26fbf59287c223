"""What Rolecall speaks of: changes, actors, subjects, drifts, remedies, cases. Values only, no deeds."""
