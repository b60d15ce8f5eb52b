"""The studio: a page on which everything can be tried, and the files it is made of.

Plain modules that run as they lie here. ``client/`` is the TypeScript client, compiled
(``npm run studio`` in clients/typescript).
"""
