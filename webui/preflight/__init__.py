"""What must hold before a training starts, asked before the kernel is."""
