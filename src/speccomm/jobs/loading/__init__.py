"""The steps of a load: look up, judge, stream a file through, check across rows, say the findings."""
