"""Made-up trusts' files, patients and months, reproducing the published Midlands activity."""

from speccomm.synthetic.benchmark import benchmark_plcm
from speccomm.synthetic.midlands import Generated, NotAScale, generate
from speccomm.synthetic.reference_files import write_reference

__all__ = ["Generated", "NotAScale", "benchmark_plcm", "generate", "write_reference"]
