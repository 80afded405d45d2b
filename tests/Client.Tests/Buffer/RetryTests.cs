using System.Net;
using Client.Tests.Running;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using GpuCredit.Client;
using GpuCredit.Client.Buffering;
using Grpc.Net.Client;
using Microsoft.Extensions.Time.Testing;

namespace Client.Tests.Buffer;

/// <summary>What is sent again, when, and what isn't.</summary>
public sealed class RetryTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Fact]
    public async Task What_is_unavailable_is_sent_again_and_nothing_else_is()
    {
        var tries = 0;
        var sender = new ScriptedSender(entries => ScriptedSender.Each(
            entries, entry => entry.Id is "u1" or "u3" && Interlocked.Increment(ref tries) <= 4 ? OutcomeStatus.Unavailable : OutcomeStatus.Recorded));
        await using var buffer = new EntryBuffer(sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 5, Retry = BatchTests.Quick }, _time);
        BatchTests.AddMany(buffer, 5);
        await FlushAsync(buffer);
        Assert.Equal(
            [["u0", "u1", "u2", "u3", "u4"], ["u1", "u3"], ["u1", "u3"]],
            sender.Requests.Select(request => request.Select(entry => entry.Id).ToArray()));
    }

    [Fact]
    public async Task A_server_that_is_away_is_asked_until_it_comes_back_and_each_time_for_the_same_entries()
    {
        var tries = 0;
        var sender = new ScriptedSender(entries => ++tries <= 12 ? ScriptedSender.Away() : ScriptedSender.Record(entries));
        await using var buffer = new EntryBuffer(sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 2, BatchesInFlightMax = 1, Retry = BatchTests.Quick }, _time);
        Assert.Equal(AddResult.Accepted, buffer.AddUsage("a", 1));
        Assert.Equal(AddResult.Accepted, buffer.AddUsage("a", 2));
        await FlushAsync(buffer);
        Assert.Equal(13, sender.Requests.Count);
        Assert.All(sender.Requests, request => Assert.Equal(sender.Requests[0], request));
    }

    [Fact]
    public async Task Nothing_is_sent_again_before_the_server_said()
    {
        var retryAfter = TimeSpan.FromSeconds(20);
        var tries = 0;
        var sentAt = new List<DateTimeOffset>();
        var sender = new ScriptedSender(entries =>
        {
            sentAt.Add(_time.GetUtcNow());
            return ++tries == 1 ? ScriptedSender.Away(retryAfter) : ScriptedSender.Record(entries);
        });
        await using var buffer = new EntryBuffer(sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 1, Retry = BatchTests.Quick }, _time);
        BatchTests.AddMany(buffer, 1);
        await sender.UntilRequestsAsync(1);
        await FlushAsync(buffer, TimeSpan.FromMilliseconds(100));
        // The clock is advanced beside the buffer, which on a busy machine sets its timer a little later.
        Assert.InRange(sentAt[1] - sentAt[0], retryAfter, 2 * retryAfter);
    }

    [Fact]
    public async Task What_can_never_succeed_is_given_back_with_its_outcome_and_holds_up_nothing()
    {
        var statuses = new Dictionary<string, OutcomeStatus>
        {
            ["u1"] = OutcomeStatus.Rejected,
            ["u2"] = OutcomeStatus.Conflict,
            ["u4"] = OutcomeStatus.Late,
        };
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var refused = new List<RefusedEntry>();
        var sender = new ScriptedSender(entries => ScriptedSender.Each(entries, entry => statuses.GetValueOrDefault(entry.Id, OutcomeStatus.Recorded)));
        var options = new EntryBufferOptions
        {
            CloseTimeout = TimeSpan.Zero,
            BatchEntriesMax = 2,
            BatchesInFlightMax = 1,
            OnRefused = async (entry, _) =>
            {
                await release.Task;
                refused.Add(entry);
            },
        };
        await using var buffer = new EntryBuffer(sender, options, _time);
        BatchTests.AddMany(buffer, 20);

        // The handler hangs, and all of them are sent.
        await sender.UntilRequestsAsync(10);
        var flush = buffer.FlushAsync();
        var isDone = flush.IsCompleted;
        release.SetResult();
        Assert.False(isDone);
        await flush.WaitAsync(Until.Soon);
        Assert.Equal(
            [("u1", OutcomeStatus.Rejected), ("u2", OutcomeStatus.Conflict), ("u4", OutcomeStatus.Late)],
            refused.Select(entry => (entry.Entry.Id, entry.Outcome.Status)).Order());
    }

    [Fact]
    public async Task A_handler_that_throws_does_not_keep_the_next_refused_entry_from_it()
    {
        var seen = new List<string>();
        var sender = new ScriptedSender(entries => ScriptedSender.Each(entries, _ => OutcomeStatus.Rejected));
        var options = new EntryBufferOptions
        {
            CloseTimeout = TimeSpan.Zero,
            BatchEntriesMax = 3,
            OnRefused = (entry, _) =>
            {
                seen.Add(entry.Entry.Id);
                throw new InvalidOperationException("the handler's");
            },
        };
        await using var buffer = new EntryBuffer(sender, options, _time);
        BatchTests.AddMany(buffer, 3);
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(["u0", "u1", "u2"], seen);
    }

    [Fact]
    public async Task An_account_that_is_away_does_not_hold_up_the_others()
    {
        var sender = new ScriptedSender(entries => ScriptedSender.Each(
            entries, entry => entry.AccountId == "away" ? OutcomeStatus.Unavailable : OutcomeStatus.Recorded));
        var options = new EntryBufferOptions { BatchEntriesMax = 4, BatchesInFlightMax = 1, CloseTimeout = TimeSpan.Zero };
        await using var buffer = new EntryBuffer(sender, options, _time);
        for (var i = 0; i < 12; i++)
            buffer.AddUsage(i % 4 == 0 ? "away" : $"a{i}", 1, i, $"u{i}");

        // The clock stands still: not one of the three that are away is tried again, and all others are recorded.
        await sender.UntilRequestsAsync(3);
        Assert.Equal(12, sender.Ids.Distinct().Count());
    }

    [Fact]
    public async Task A_sender_that_throws_or_answers_too_little_loses_nothing()
    {
        var tries = 0;
        var sender = new ScriptedSender(entries => ++tries switch
        {
            1 => throw new InvalidOperationException("a bug of the sender's"),
            2 => SendResult.Answered([]),
            _ => ScriptedSender.Record(entries),
        });
        await using var buffer = new EntryBuffer(sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 1, Retry = BatchTests.Quick }, _time);
        BatchTests.AddMany(buffer, 1);
        await FlushAsync(buffer);
        Assert.Equal(3, sender.Requests.Count);
    }

    [Theory]
    [InlineData(4 * 60, 4 * 60)]
    [InlineData(86_400, 5 * 60)]
    [InlineData(9_999_999, 5 * 60)]
    [InlineData(900_000_000_000, 5 * 60)]
    [InlineData(-1, 0)]
    public void Whatever_a_server_says_the_next_try_comes_within_a_bound(long saidSeconds, long leastSeconds)
    {
        var pause = new Backoff(BatchTests.Quick).Next(0, TimeSpan.FromSeconds(saidSeconds));
        Assert.InRange(pause, TimeSpan.FromSeconds(leastSeconds), TimeSpan.FromSeconds(leastSeconds) + BatchTests.Quick.DelayMax);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "9999999")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "86400")]
    [InlineData(HttpStatusCode.TooManyRequests, "Fri, 01 Nov 2199 00:00:00 GMT")]
    public async Task An_absurd_word_of_when_to_come_back_costs_no_entry(HttpStatusCode status, string retryAfter)
    {
        using var handler = new StubHandler(count =>
        {
            if (count > 1)
                return StubHandler.Text(HttpStatusCode.OK, "{\"status\":\"recorded\",\"version\":1}\n", "application/x-ndjson");
            var answer = StubHandler.Text(status, "a proxy's page", "text/plain");
            answer.Headers.Add("Retry-After", retryAfter);
            return answer;
        });
        var client = new HttpGpuCreditClient(new HttpClient(handler), new() { Address = new Uri("http://127.0.0.1:1") }, _time);
        await using var buffer = new EntryBuffer(client, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 1, Retry = BatchTests.Quick }, _time);
        BatchTests.AddMany(buffer, 1);
        await FlushAsync(buffer, TimeSpan.FromSeconds(30));
        Assert.Equal(0, buffer.Held);
    }

    [Theory]
    [InlineData(86_400L)]
    [InlineData(9_999_999L)]
    [InlineData(900_000_000_000L)] // not even a Duration, by Protobuf's own rules
    [InlineData(null)] // nothing that can be read
    public async Task An_absurd_word_of_when_to_come_back_costs_no_entry_over_gRPC(long? seconds)
    {
        var details = new byte[] { 0xFF };
        if (seconds is { } said)
        {
            var status = new Google.Rpc.Status { Code = 14 };
            status.Details.Add(Any.Pack(new Google.Rpc.RetryInfo { RetryDelay = new Duration { Seconds = said } }));
            details = status.ToByteArray();
        }

        using var handler = new StubHandler(_ => StubHandler.GrpcError(14, "unavailable", details));
        using var channel = GrpcChannel.ForAddress("http://127.0.0.1:1", new GrpcChannelOptions { HttpHandler = handler });
        using var client = new GrpcGpuCreditClient(channel, new(), _time, ClientMetrics.Shared, ownsChannel: false);
        await using var buffer = new EntryBuffer(client, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 1, Retry = BatchTests.Quick }, _time);
        BatchTests.AddMany(buffer, 1);
        await Until.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(30));
                return handler.Count >= 3;
            },
            "it is tried again, and again");
    }

    [Theory]
    [InlineData(null)]
    [InlineData((OutcomeStatus)99)]
    public async Task An_answer_that_nobody_can_read_loses_nothing(OutcomeStatus? status)
    {
        var tries = 0;
        var sender = new ScriptedSender(entries => ++tries > 2
            ? ScriptedSender.Record(entries)
            : SendResult.Answered([status is { } unknown ? new EntryOutcome { Status = unknown } : null!]));
        await using var buffer = new EntryBuffer(sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 1, Retry = BatchTests.Quick }, _time);
        BatchTests.AddMany(buffer, 1);
        await FlushAsync(buffer);
        Assert.Equal((3, 0), (sender.Requests.Count, buffer.Held));
    }

    [Fact]
    public async Task Ids_and_times_are_made_before_the_first_try()
    {
        var id = 0;
        var tries = 0;
        var sender = new ScriptedSender(entries => ++tries < 3 ? ScriptedSender.Away() : ScriptedSender.Record(entries));
        await using var buffer = new EntryBuffer(sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 1, Retry = BatchTests.Quick, NewId = () => $"made-{++id}" }, _time);
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        buffer.AddCredit("a", 10, expiration: 5);
        await FlushAsync(buffer);
        Assert.All(sender.Requests, request => Assert.Equal(Entry.Credit("a", "made-1", 10, now, 5), Assert.Single(request)));
    }

    [Fact]
    public async Task An_id_that_nobody_gave_is_a_uuid_of_version_7()
    {
        var sender = new ScriptedSender();
        await using var buffer = new EntryBuffer(sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 1 }, _time);
        buffer.AddUsage("a", 1);
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(7, Guid.ParseExact(sender.Ids.Single(), "N").Version);
    }

    [Fact]
    public void Made_ids_are_versioned_carry_the_time_and_never_repeat()
    {
        var now = _time.GetUtcNow();
        var ids = Enumerable.Range(0, 10_000).AsParallel().Select(_ => Uuid7.New(now)).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id =>
        {
            var uuid = Guid.ParseExact(id, "N");
            Assert.True(uuid is { Version: 7, Variant: >= 8 and <= 11 }, id);
            Assert.StartsWith(now.ToUnixTimeMilliseconds().ToString("x12", System.Globalization.CultureInfo.InvariantCulture), id, StringComparison.Ordinal);
        });
    }

    private async Task FlushAsync(EntryBuffer buffer, TimeSpan? step = null)
    {
        var flush = buffer.FlushAsync();
        await Until.TrueAsync(
            () =>
            {
                _time.Advance(step ?? TimeSpan.FromMilliseconds(1));
                return flush.IsCompleted;
            },
            "the flush ends");
        await flush;
    }
}
