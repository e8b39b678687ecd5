"""Run migrations on live databases and undo them, each with its record in one request.

D1 runs one request at a time, and all of it or nothing. So each file's request begins with its record, under the id
that comes after the last one that was read: where another run was there meanwhile, that id is taken, and nothing of
the request is done. No lock is held that could be left behind.
"""
