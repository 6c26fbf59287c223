"""Speed and memory of the built functions beside a bare floor, and of judging: what `make bench` runs."""
