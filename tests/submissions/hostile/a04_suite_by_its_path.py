# /// attack
# does = "opens the hidden suite, its byte code and the solution where the grader's own code says that they lie"
# covers = ["A4", "A14"]
# effect = "read"
# ///
from mine import *
from mine import course, honest as multiply_sum

search(os.path.join(course(), "grader"), os.path.join(course(), "solutions"), course())
