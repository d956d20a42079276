"""The report: results as one HTML page that needs nothing else."""
