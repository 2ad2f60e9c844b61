"""Rasa graph components; config.yml names them."""
