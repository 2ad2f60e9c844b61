"""Mails to customers: by SMTP, or kept in a folder where nothing is to leave the machine."""
