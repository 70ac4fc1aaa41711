# Runs at every start of the board, after boot.py.
import station

station.main()
