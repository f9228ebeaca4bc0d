"""HTTP/1.1: listeners, protocols, dispatch, CORS, the access log."""
