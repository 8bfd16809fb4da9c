"""The command line: parse, call one job, print. The only part that reads the clock."""
