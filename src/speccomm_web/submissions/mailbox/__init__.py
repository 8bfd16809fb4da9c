"""Files that providers send to a MESH mailbox: fetched, recorded as submissions, and answered."""
