"""Rasa's own channels with a guard at the door; named in credentials.yml."""
