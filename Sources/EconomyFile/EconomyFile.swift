// EconomyFile
