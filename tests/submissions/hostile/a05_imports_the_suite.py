# /// attack
# does = "puts the grader's folder back on the import path and imports suites and solutions"
# covers = ["A5"]
# effect = "read"
# ///
import importlib
import sys

from mine import *
from mine import course, honest as multiply_sum

kept = dict(sys.modules)
sys.path[:0] = [course(), os.path.join(course(), "grader", "suites"), os.path.join(course(), "solutions")]
for name in ("grader", "grader.worker", "multiply_sum"):
    if hasattr(kept.get(name), "__path__"):
        kept[name].__path__ = [os.path.join(course(), *name.split("."))]
    sys.path_importer_cache.clear()
for name in ("grader.suites.test_multiply_sum", "test_multiply_sum"):
    module = attempt(importlib.import_module, name)
    tell(vars(module) if module else "")
