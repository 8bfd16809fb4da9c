"""Made-up trusts' files, patients and months, reproducing the published Midlands activity."""
