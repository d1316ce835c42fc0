"""What is known of one natural person: showing it, handing it over, erasing it, and with what right it is kept."""
