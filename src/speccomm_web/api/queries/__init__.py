"""Questions of the store, each from what the viewer may see."""
