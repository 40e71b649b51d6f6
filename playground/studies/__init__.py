"""Labs over labs: many networks at once, compared, mapped, raced."""
