"""What must hold whatever fails: seeded trials, a few of them in `make test`, all of them in `make soak`."""
