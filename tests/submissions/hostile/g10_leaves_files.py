# /// attack
# does = "leaves files, a link and a pipe in every folder that can be thought of"
# covers = ["G10"]
# effect = "written"
# ///
from mine import *
from mine import honest as multiply_sum, places

for folder in ["/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), CLASS, os.path.dirname(VICTIM), *places()]:
    attempt(os.mkdir, os.path.join(folder, MARK))
    attempt(os.symlink, "/etc/passwd", os.path.join(folder, MARK + ".link"))
    attempt(os.mkfifo, os.path.join(folder, MARK + ".fifo"))
    attempt(os.close, attempt(os.open, os.path.join(folder, MARK + ".txt"), os.O_WRONLY | os.O_CREAT))
