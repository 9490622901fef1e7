"""The downloaded files of the cache folder, and what fetches them."""
