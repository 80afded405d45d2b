// Each test starts real processes and measures nothing: one at a time leaves the machine to them.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
