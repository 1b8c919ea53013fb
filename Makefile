.PHONY: check static format lint spelling types test docs

check: static test

static: format lint spelling types

format:
	ruff format --check .

lint:
	ruff check .

spelling:
	codespell

types:
	mypy

test:
	pytest -n auto

docs:
	sphinx-build -W --keep-going docs docs/_build
