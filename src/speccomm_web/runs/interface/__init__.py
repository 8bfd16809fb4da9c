"""What every question of the programming interface is made of, whichever app answers it."""
