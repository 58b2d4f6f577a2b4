"""Runs a command in a pseudo-terminal of 100 columns: what is typed comes from stdin, what is shown goes to stdout."""

import fcntl
import os
import pty
import select
import struct
import sys
import termios

child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])

sources = [terminal, 0]
while terminal in sources:
    readable, _, _ = select.select(sources, [], [])
    if 0 in readable:
        typed = os.read(0, 1024)
        if typed:
            os.write(terminal, typed)
        else:
            sources.remove(0)
    if terminal in readable:
        try:
            shown = os.read(terminal, 65536)
        except OSError:  # Linux says so, rather than giving nothing, when the last one at the other end has gone.
            shown = b""
        if shown:
            os.write(1, shown)
        else:
            sources.remove(terminal)

sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 255)
