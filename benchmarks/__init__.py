"""Speed and memory, measured as ratios of runs made side by side. See README.md."""
