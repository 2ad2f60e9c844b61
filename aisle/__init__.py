"""Aisle: a customer-service assistant that an online shop hosts itself."""

__version__ = "0.1.0"
