"""Aisle: a customer-service assistant that an online shop hosts itself."""
