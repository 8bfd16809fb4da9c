"""Read a submission: recognise its columns, judge its values, keep what was refused and why."""
