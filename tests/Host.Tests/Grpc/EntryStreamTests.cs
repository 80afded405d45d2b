using Grpc.Core;
using GpuCredit.V1;
using Host.Tests.Running;

namespace Host.Tests.Grpc;

[Collection(SharedHost.Name)]
public sealed class EntryStreamTests(HostFixture fixture) : IDisposable
{
    private readonly GrpcClients _clients = new(fixture.Host);

    public void Dispose() => _clients.Dispose();

    [Fact]
    public async Task Outcomes_come_in_the_order_of_the_messages_whatever_becomes_of_the_entries()
    {
        using var stream = _clients.Entries.StreamEntries();
        await stream.RequestStream.WriteAsync(GrpcClients.Message(7, GrpcClients.Usage("stream-a", "u"), new Entry(), GrpcClients.Usage("stream-b", "u")));
        await stream.RequestStream.WriteAsync(GrpcClients.Message(3, GrpcClients.Usage("stream-a", "u", amount: 0)));
        await stream.RequestStream.WriteAsync(GrpcClients.Message(7));
        await stream.RequestStream.WriteAsync(GrpcClients.Message(ulong.MaxValue, GrpcClients.Usage("stream-a", "u"), GrpcClients.Usage("stream-a", "u", amount: 2)));
        await stream.RequestStream.CompleteAsync();
        var (answers, end) = await GrpcClients.RestAsync(stream);
        Assert.Null(end);
        Assert.Equal([7, 3, 7, ulong.MaxValue], answers.Select(answer => answer.Sequence));
        Assert.Equal(
            ["Recorded Rejected Recorded", "Rejected", "", "Duplicate Conflict"],
            answers.Select(answer => string.Join(' ', answer.Outcomes.Select(outcome => outcome.Status))));
    }

    [Fact]
    public async Task The_entries_of_an_account_are_decided_as_if_sent_one_after_another()
    {
        // Each revision comes three times over three messages, among entries of other accounts: the first is recorded, whoever is faster.
        const int Revisions = 400;
        var entries = Enumerable.Range(0, Revisions).SelectMany(revision => Enumerable.Repeat(revision, 3)).ToList();
        using var stream = _clients.Entries.StreamEntries();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < entries.Count; i++)
                await stream.RequestStream.WriteAsync(GrpcClients.Message((ulong)i, GrpcClients.Usage($"stream-other-{i % 50}", $"u{i}"), GrpcClients.Usage("stream-order", "u", 1 + entries[i], entries[i])));
            await stream.RequestStream.CompleteAsync();
        });
        var (answers, end) = await GrpcClients.RestAsync(stream);
        await writing;
        Assert.Null(end);
        Assert.Equal(Enumerable.Range(0, entries.Count).Select(i => (ulong)i), answers.Select(answer => answer.Sequence));
        Assert.All(answers, answer => Assert.Equal(OutcomeStatus.Recorded, answer.Outcomes[0].Status));
        Assert.All(answers, answer => Assert.Equal(answer.Sequence % 3 == 0 ? OutcomeStatus.Recorded : OutcomeStatus.Duplicate, answer.Outcomes[1].Status));
    }

    [Fact]
    public async Task A_single_entry_is_answered_while_the_client_keeps_its_side_open()
    {
        using var stream = _clients.Entries.StreamEntries();
        for (var i = 0UL; i < 3; i++)
        {
            await stream.RequestStream.WriteAsync(GrpcClients.Message(i, GrpcClients.Usage("stream-alone", $"u{i}")));
            Assert.Equal(i, (await GrpcClients.NextAsync(stream)).Sequence);
        }
    }

    [Fact]
    public async Task An_empty_stream_ends_with_OK()
    {
        using var stream = _clients.Entries.StreamEntries();
        await stream.RequestStream.CompleteAsync();
        var (answers, end) = await GrpcClients.RestAsync(stream);
        Assert.Empty(answers);
        Assert.Null(end);
    }

    [Fact]
    public async Task A_message_with_too_many_entries_ends_the_stream_after_what_came_before_it()
    {
        using var stream = _clients.Entries.StreamEntries();
        var most = Enumerable.Range(0, 1_000).Select(i => GrpcClients.Usage("stream-most", $"u{i}")).ToArray();
        await stream.RequestStream.WriteAsync(GrpcClients.Message(1, most));
        await stream.RequestStream.WriteAsync(GrpcClients.Message(2, [.. most, GrpcClients.Usage("stream-most", "beyond")]));
        var (answers, end) = await GrpcClients.RestAsync(stream);
        Assert.Equal(1UL, Assert.Single(answers).Sequence);
        Assert.All(answers[0].Outcomes, outcome => Assert.Equal(OutcomeStatus.Recorded, outcome.Status));
        Assert.Equal((StatusCode.ResourceExhausted, "too_large"), (end!.StatusCode, GrpcClients.CodeOf(end)));
        Assert.Equal(0, (await _clients.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = "stream-most", At = 1 })).Balance);
        Assert.Equal(OutcomeStatus.Recorded, (await _clients.Entries.RecordEntriesAsync(new RecordEntriesRequest { Entries = { GrpcClients.Usage("stream-most", "beyond") } })).Outcomes[0].Status);
    }
}
