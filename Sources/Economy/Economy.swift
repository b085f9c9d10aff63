// Economy
