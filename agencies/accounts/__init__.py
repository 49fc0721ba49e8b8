"""How an account comes to be, signs in, is recovered and is closed."""
