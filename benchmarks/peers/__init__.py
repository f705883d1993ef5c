"""The peers: the same questions put to other open programs, each as an engineer would put them."""
