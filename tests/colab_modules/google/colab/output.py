"""Shows a port of the runtime in the cell's output; here it only says so."""


def serve_kernel_port_as_iframe(
    port: int,
    path: str = "/",
    width: str = "100%",
    height: str = "400",
    cache_in_notebook: bool = False,
) -> None:
    """Print what would be shown."""
    print(f"frame: port {port}, path {path}, {width} x {height}")
