"""Data sets by name, one small file each; the file ``worldpop_100m`` is ``worldpop-100m``."""
