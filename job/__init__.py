"""Minority Report: does oversampling help on this data, which method, and at what price?"""

__version__ = "0.1.0"
