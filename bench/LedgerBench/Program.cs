using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using CreditActors.Bench;

// No argument, or BenchmarkDotNet's own: BenchmarkDotNet. --quick: the same figures by a stopwatch, beside the plain replay, and
// memory (--overlap and --memory: those tables alone; --closing: closings of a million usages); minutes become seconds, and on a busy machine processor times, and ratios within one run, say more than the clock.
if (args.Contains("--quick"))
    QuickRun.Run();
else if (args.Contains("--overlap"))
    QuickRun.RunOverlap();
else if (args.Contains("--closing"))
    ClosingBench.Run();
else if (args.Contains("--memory"))
    MemoryRun.Run();
else
    BenchmarkSwitcher.FromAssembly(typeof(JournalBenchmarks).Assembly).Run(
        args.Length == 0 ? ["--filter", "*"] : args,
        ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(Job.Default.WithGcConcurrent(false).WithGcRetainVm(true).AsMutator())
            .WithBuildTimeout(TimeSpan.FromMinutes(10)));
