# /// attack
# does = "holds code for when it is run as a program"
# covers = ["D9"]
# effect = "done"
# control = "pytest"
# ///
import sys

from mine import *
from mine import honest as multiply_sum

if __name__ == "__main__" or any("multiply_sum" in word for word in sys.argv):
    did("learns how it is run")
