"""HTTP that all other folders share: responses, request bodies, list ids and names of routes."""
