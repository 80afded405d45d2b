// Each test starts real processes, and most of them share one cluster: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
