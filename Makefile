# Every target is a function of tools/__main__.py; `make help` lists them.
.PHONY: help run test quick lint format lock bench clean

help run test quick lint format lock bench clean:
	@exec sh tools/python -m tools $@
