"""``python -m actions``; rasa_sdk imports this module too, as it does every other one here."""

from actions.server import main

if __name__ == "__main__":
    main()
