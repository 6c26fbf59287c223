"""The benchmarks measure what they say, in the form they say."""
