"""The labs, a folder each. No room outside imports one; ``playground.lab.LABS`` names them."""
