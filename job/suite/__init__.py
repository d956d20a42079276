"""A suite: one question over many data sets, each of them a job with a report of its own, and a ranking over all."""
