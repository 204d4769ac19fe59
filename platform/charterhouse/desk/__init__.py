"""What staff, members and other systems do: the use cases behind the sites and the API."""
