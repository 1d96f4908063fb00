"""How the cost of every pattern and parser of untrusted text grows with the text."""
