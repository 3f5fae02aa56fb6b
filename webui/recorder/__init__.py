"""Inside the kernel: run the cells of a job, and write down everything that lasts."""
