"""SQL files with front matter: loading, linting, binding and transpiling them."""
