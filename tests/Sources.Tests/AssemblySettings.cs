// The scenarios start real processes: one at a time leaves the machine to them. The unit tests are quick.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
