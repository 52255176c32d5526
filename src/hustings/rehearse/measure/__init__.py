"""The measurements behind `hustings bench`: they print figures, and judge nothing."""
