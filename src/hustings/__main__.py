"""`python -m hustings`: the same as the command `hustings`. Nothing else."""

from hustings.cli.main import main

if __name__ == "__main__":
    main()
