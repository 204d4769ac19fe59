"""What differs between database engines, behind one interface."""
