using LoadDriver.Settings;
using LoadDriver.Work;

namespace LoadDriver.Tests;

public sealed class WorkloadTests
{
    private static readonly LoadOptions Options = new() { Accounts = 50, Count = 100_000, Hot = 0.3, Asks = 0.2, Credits = 0.05, Late = 0.15, Repeat = 0.1, LateBy = 500, Start = 1_000_000 };

    [Fact]
    public void The_same_options_give_the_same_requests_and_another_seed_others()
    {
        Assert.Equal(Texts(Options), Texts(Options));
        Assert.NotEqual(Texts(Options), Texts(Options with { Seed = 2 }));

        static List<string> Texts(LoadOptions options) =>
            [.. All(options with { Count = 2_000 }).Select(request => $"{request.Kind} {request.LastStep} {request.Account} {request.At} {string.Join(' ', request.Entries)}")];
    }

    [Fact]
    public void The_shares_are_those_that_were_asked_for()
    {
        var requests = All(Options).ToList();
        var asks = requests.Count(request => request.Kind == RequestKind.Ask);
        var entries = requests.SelectMany(request => request.Entries).ToList();
        var kinds = requests.SelectMany(request => request.Kinds).ToList();
        var fresh = entries.Zip(kinds).Where(one => one.Second != RequestKind.Repeat).Select(one => one.First).ToList();

        Near(0.2, asks, requests.Count);
        Near(0.1, kinds.Count(kind => kind == RequestKind.Repeat), entries.Count);
        Near(0.3, fresh.Count(entry => entry.Account == 0), fresh.Count);
        Near(0.05, fresh.Count(entry => entry.IsCredit) - Options.Accounts, fresh.Count);
        Near(0.15, kinds.Count(kind => kind == RequestKind.Late), fresh.Count);
        Assert.Equal(50, entries.Select(entry => entry.Account).Distinct().Count());

        static void Near(double share, int of, int all) => Assert.InRange(of / (double)all, share - 0.01, share + 0.01);
    }

    [Fact]
    public void A_late_entry_is_earlier_than_a_usage_sent_before_by_no_more_than_was_said_and_a_repeat_was_sent_before()
    {
        var latest = new Dictionary<int, long>();
        var sent = new HashSet<PlannedEntry>();
        foreach (var (entry, kind) in All(Options).SelectMany(request => request.Entries.Zip(request.Kinds)))
        {
            Assert.Equal(kind != RequestKind.Repeat, sent.Add(entry));
            if (kind == RequestKind.Late)
                Assert.InRange(entry.Timestamp, latest[entry.Account] - 500, latest[entry.Account] - 1);
            if (!entry.IsCredit)
                latest[entry.Account] = Math.Max(entry.Timestamp, latest.GetValueOrDefault(entry.Account));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Batches_are_full_but_for_the_last_and_hold_all_that_was_made(int batch)
    {
        var requests = All(Options with { Batch = batch, Count = 5_000 }).ToList();
        var batches = requests.Where(request => request.Kind != RequestKind.Ask).ToList();

        Assert.All(batches.SkipLast(1), request => Assert.Equal(batch, request.Entries.Count));
        Assert.Equal(5_000, requests.Count - batches.Count + batches.Sum(request => request.Entries.Count));
    }

    [Fact]
    public void With_a_rate_an_entry_is_stamped_when_it_is_due()
    {
        var options = Options with { Rate = 250, Late = 0, Repeat = 0, Asks = 0 };
        var opened = new HashSet<int>();
        Assert.All(All(options with { Count = 1_000 }), request =>
        {
            if (!opened.Add(request.Entries[0].Account))
                Assert.Equal(options.Start + (request.LastStep * 4), request.Entries[0].Timestamp);
        });
    }

    [Fact]
    public void The_schedule_is_even_whatever_became_of_what_was_before()
    {
        var schedule = new Schedule(Begun: 1_000, Rate: 5_000);
        var second = System.Diagnostics.Stopwatch.Frequency;

        Assert.Equal(1_000, schedule.DueAt(0));
        Assert.Equal(1_000 + second, schedule.DueAt(5_000));
        Assert.Equal(1_000 + (second * 3_600), schedule.DueAt(5_000 * 3_600));
        Assert.Equal(0, schedule.DueBy(999));
        Assert.Equal(5_001, schedule.DueBy(1_000 + second));
    }

    internal static IEnumerable<LoadRequest> All(LoadOptions options)
    {
        var workload = new Workload(options);
        while (workload.Next() is { } request)
            yield return request;
    }
}
