"""What was done and what it cost: flows of activity and the position of each contract."""
