from aisle.rasa_ext.server import main

main()
