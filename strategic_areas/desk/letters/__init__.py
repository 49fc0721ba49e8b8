"""Reports that came by letter or mail: recorded, transcribed, confirmed."""
