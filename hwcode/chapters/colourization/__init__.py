"""The chapter on colourization; its questions fill two pages."""
