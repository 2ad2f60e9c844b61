from aisle.cli import app

app()
