print("moire")
