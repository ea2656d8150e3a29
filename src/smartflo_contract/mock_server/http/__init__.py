"""HTTP shared by the vendor's routes and the admin API: responses and request bodies."""
