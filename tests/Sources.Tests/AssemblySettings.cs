// Most of these tests wait: for brokers to start, for sessions to end. A few side by side, since their servers share the machine.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
