using Client.Tests.Running;
using Client.Tests.Spool;
using GpuCredit.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Client.Tests.Readme;

/// <summary>The README's code, run against a real Host.</summary>
[Collection(SharedHost.Name)]
public sealed class ReadmeSnippets(HostFixture host)
{
    [Fact]
    public async Task Calls_and_outcomes()
    {
        // README: Calls
        var client = new HttpGpuCreditClient(new HttpClient(), new() { Address = host.Url });

        // 40 credits from tick 10 on, good for 50 ticks; 30 of them are used at 30.
        await client.AddCreditAsync("acme", "amazon", amount: 40, timestamp: 10, expiration: 50);
        EntryOutcome outcome = await client.UseCreditAsync("acme", "job-1", amount: 30, timestamp: 30);

        BalanceOutcome answer = await client.GetBalanceAsync("acme", at: 40);
        Console.WriteLine($"{outcome.Status}, {answer.Balance} left"); // Recorded, 10 left; null when nothing is
        // end
        Assert.Equal("Recorded, 10 left", $"{outcome.Status}, {answer.Balance} left");

        // README: Outcomes
        string text = outcome.Status switch
        {
            OutcomeStatus.Recorded or OutcomeStatus.Duplicate or OutcomeStatus.Superseded => "the ledger has it, on disk",
            OutcomeStatus.Conflict => $"under this id and revision stands {outcome.Standing}",
            OutcomeStatus.Rejected => $"{outcome.Field} {outcome.Rule}",
            OutcomeStatus.Late => "those books are closed",
            OutcomeStatus.Unavailable => $"not known to be stored: send it again, after {outcome.RetryAfter}",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        // end
        Assert.Equal("the ledger has it, on disk", text);
    }

    [Fact]
    public async Task Calls_over_grpc()
    {
        // README: Grpc
        using var client = new GrpcGpuCreditClient(host.GrpcUrl);
        IReadOnlyList<EntryOutcome> outcomes = await client.RecordAsync(new[]
        {
            Entry.Credit("acme", "google", amount: 20, timestamp: 60, expiration: 10),
            Entry.Usage("acme", "job-2", amount: 5, timestamp: 61),
        });
        // end
        Assert.All(outcomes, outcome => Assert.Equal(OutcomeStatus.Recorded, outcome.Status));
    }

    [Fact]
    public async Task A_buffer()
    {
        var client = new HttpGpuCreditClient(new HttpClient(), new() { Address = host.Url });
        // README: Buffer
        await using var buffer = new EntryBuffer(client, new()
        {
            OnRefused = async (refused, cancellation) =>
                await Console.Error.WriteLineAsync($"{refused.Entry}: {refused.Outcome.Detail}"),
        });

        buffer.Add(Entry.Usage("acme", "job-3", amount: 2, timestamp: 62));
        buffer.AddUsage("acme", amount: 3); // the id and the time are made here, before the first try
        await buffer.FlushAsync();          // everything that was added before is decided
        // end
        Assert.Equal(0, buffer.Held);
    }

    [Fact]
    public async Task A_spool()
    {
        using var folder = new SpoolFolder();
        var client = new HttpGpuCreditClient(new HttpClient(), new() { Address = host.Url });
        // README: Spool
        await using var buffer = new EntryBuffer(client, new()
        {
            Spool = new() { Folder = folder.Path, Durability = SpoolDurability.Written },
        });
        // end
        Assert.Equal(AddResult.Accepted, buffer.AddUsage("spooled", 1));
        await buffer.FlushAsync();
        Assert.Equal(0, buffer.Held);
        await buffer.DisposeAsync();
    }

    [Fact]
    public async Task A_container()
    {
        using var folder = new SpoolFolder();
        var services = new ServiceCollection();
        // README: Container
        services.AddGpuCreditClient(options => options.Address = host.Url)
            .ConfigureHttpClient(http => http.DefaultRequestHeaders.Add("X-Caller", "gateway-7"));
        services.AddEntryBuffer(options => options.Spool = new() { Folder = folder.Path });
        // end
        await using var container = services.BuildServiceProvider();
        Assert.Equal(AddResult.Accepted, container.GetRequiredService<EntryBuffer>().AddUsage("contained", 1, usageId: "u"));
        await container.GetRequiredService<EntryBuffer>().FlushAsync();
    }
}
