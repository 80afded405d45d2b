using CreditActors.Ledger;
using GpuCredit.Host.Formats;
using GpuCredit.Host.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sources.Tests.Running;

namespace Sources.Tests.Pipeline;

/// <summary>What is acknowledged, when, and what is not, on a broker and accounts in memory and a clock that is moved by hand.</summary>
public sealed class PipelineTests : IDisposable
{
    private static readonly TimeSpan SomePause = TimeSpan.FromSeconds(5);

    private readonly FakeFeed _feed = new();
    private readonly FakeAccounts _accounts = new();
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _taking = new();
    private readonly SourceMeter _meter;

    public PipelineTests() => _meter = new SourceMeter(_time);

    public void Dispose() => _taking.Dispose();

    [Fact]
    public async Task A_message_is_acknowledged_only_after_its_entry_is_stored()
    {
        using var pipeline = Pipeline();
        _accounts.Hold();
        _feed.Send(Usage("one"));
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => _accounts.Calls.Count == 1, "the accounts are asked");
        Assert.Empty(_feed.Told);
        _accounts.Release();

        await Eventually.TrueAsync(() => _feed.Told.SequenceEqual([$"ack {Usage("one")}"]), "it is acknowledged");
        Assert.Equal(0, pipeline.InFlight);
        Assert.Equal(1, _meter.Entries(OutcomeStatus.Recorded));
        await StopAsync(running);
    }

    [Theory]
    [InlineData(OutcomeStatus.Recorded)]
    [InlineData(OutcomeStatus.Duplicate)]
    [InlineData(OutcomeStatus.Superseded)]
    internal async Task What_the_ledger_knows_or_has_learnt_is_done(OutcomeStatus status)
    {
        using var pipeline = Pipeline();
        _accounts.Answer("one", status);
        _feed.Send(Usage("one"));
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => _feed.Told.Count == 1, "it is settled");
        Assert.Equal([$"ack {Usage("one")}"], _feed.Told);
        Assert.Equal(1, _meter.Entries(status));
        await StopAsync(running);
    }

    [Fact]
    public async Task What_is_unavailable_is_tried_again_for_ever_and_not_acknowledged()
    {
        using var pipeline = Pipeline();
        _accounts.Answer("one", OutcomeStatus.Unavailable);
        _feed.Send(Usage("one"));
        var running = pipeline.RunAsync(_feed, _taking.Token);

        for (var tries = 1; tries <= 20; tries++)
        {
            await Eventually.TrueAsync(() => _accounts.Calls.Count == tries && pipeline.IsWaiting, "it waits after another try");
            _time.Advance(SomePause);
        }

        Assert.DoesNotContain(_feed.Told, line => !line.StartsWith("keep", StringComparison.Ordinal));
        Assert.Equal(1, pipeline.InFlight);
        _accounts.Answer("one", OutcomeStatus.Recorded);
        await Eventually.TrueAsync(() => Moved(() => _feed.Told.Contains($"ack {Usage("one")}")), "it is acknowledged at last");
        Assert.Equal(0, _meter.DeadLetters);
        await StopAsync(running);
    }

    [Fact]
    public async Task What_waits_keeps_nobody_behind_it_or_beside_it_waiting()
    {
        using var pipeline = Pipeline(settings => settings with { Parallelism = 1 });
        _accounts.Answer("stuck", OutcomeStatus.Unavailable);
        _feed.Send(Usage("stuck"), Usage("beside"));
        var running = pipeline.RunAsync(_feed, _taking.Token);
        await Eventually.TrueAsync(() => _feed.Told.Contains($"ack {Usage("beside")}"), "its neighbour is acknowledged");
        _feed.Send(Usage("behind"));

        await Eventually.TrueAsync(() => _feed.Told.Contains($"ack {Usage("behind")}"), "the next is acknowledged");
        Assert.DoesNotContain($"ack {Usage("stuck")}", _feed.Told);
        await StopAsync(running);
    }

    [Fact]
    public async Task Only_what_is_not_decided_yet_is_sent_again()
    {
        using var pipeline = Pipeline();
        _accounts.Answer("two", OutcomeStatus.Unavailable);
        _feed.Send($"[{Usage("one")},{Usage("two")}]");
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => Moved(() => _accounts.Calls.Count >= 3), "it is tried again");
        Assert.Equal(["one", "two"], _accounts.Calls[0]);
        Assert.All(_accounts.Calls.Skip(1), call => Assert.Equal(["two"], call));
        Assert.DoesNotContain(_feed.Told, line => line.StartsWith("ack", StringComparison.Ordinal));
        await StopAsync(running);
    }

    [Fact]
    public async Task Exactly_the_bad_ones_become_dead_letters_each_stored_before_it_is_acknowledged()
    {
        using var pipeline = Pipeline();
        _accounts.Answer("conflict", OutcomeStatus.Conflict);
        _accounts.Answer("late", OutcomeStatus.Late);
        _accounts.Answer("rejected", OutcomeStatus.Rejected);
        _feed.Send(Usage("good"), "no JSON", Usage("conflict"), Usage("late"), Usage("rejected"), Usage("fine"));
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => pipeline.InFlight == 0 && _meter.Messages == 6, "all are settled");
        Assert.Equal(
            ["conflict", "late", "rejected", "rejected"],
            _feed.Letters.Select(letter => letter.Headers.Single(header => header.Key == DeadLetter.StatusHeader).Value).Order(StringComparer.Ordinal));
        foreach (var body in new[] { "no JSON", Usage("conflict"), Usage("late"), Usage("rejected") })
            Assert.InRange(_feed.Told.ToList().IndexOf($"letter {body}"), 0, _feed.Told.ToList().IndexOf($"ack {body}") - 1);
        Assert.Equal(6, _feed.Told.Count(line => line.StartsWith("ack", StringComparison.Ordinal)));
        Assert.Equal(4, _meter.DeadLetters);
        await StopAsync(running);
    }

    [Fact]
    public async Task A_dead_letter_that_cannot_be_stored_is_tried_again_and_its_message_not_acknowledged()
    {
        using var pipeline = Pipeline();
        _feed.RefusesLetters = true;
        _feed.Send("no JSON", Usage("good"));
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => pipeline.IsWaiting && _feed.Told.Count > 0, "it waits");
        Assert.Equal([$"ack {Usage("good")}"], _feed.Told);
        Assert.Contains("no such queue", _meter.LastError!.Value.Detail, StringComparison.Ordinal);
        _feed.RefusesLetters = false;

        await Eventually.TrueAsync(() => Moved(() => _feed.Told.Contains("ack no JSON")), "it is stored and acknowledged");
        Assert.Single(_feed.Letters);
        await StopAsync(running);
    }

    [Fact]
    public async Task A_dead_letter_that_is_never_confirmed_holds_back_no_acknowledgement_but_its_own()
    {
        await using var feed = new FakeFeed { HangsLetterOf = "no JSON" };
        using var pipeline = Pipeline();
        feed.Send("no JSON", "nor this", Usage("good"));
        var running = pipeline.RunAsync(feed, _taking.Token);

        await Eventually.TrueAsync(() => feed.Told.Count == 3, "the others are settled");
        Assert.Equal(["ack nor this", $"ack {Usage("good")}", "letter nor this"], feed.Told.Order(StringComparer.Ordinal));
        Assert.Equal(1, pipeline.InFlight);
        await StopAsync(running);
    }

    [Fact]
    public async Task How_much_is_to_come_is_known_while_there_is_a_connection()
    {
        using var pipeline = Pipeline();
        Assert.Null(pipeline.Lag);
        var running = pipeline.RunAsync(_feed, _taking.Token);
        await Eventually.TrueAsync(() => pipeline.Lag == 0, "it is read");

        _feed.IsConnected = false;
        Assert.Null(pipeline.Lag);
        _feed.IsConnected = true;
        Assert.Equal(0, pipeline.Lag);
        await StopAsync(running);
        Assert.Null(pipeline.Lag);
    }

    [Fact]
    public async Task Of_a_message_with_good_and_bad_entries_the_good_are_recorded_and_one_letter_names_the_bad()
    {
        using var pipeline = Pipeline();
        _accounts.Answer("two", OutcomeStatus.Rejected);
        _feed.Send($"[{Usage("one")},{Usage("two")},17,{Usage("three")}]");
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => pipeline.InFlight == 0 && _meter.Messages == 1, "it is settled");
        Assert.Equal(["one", "two", "three"], Assert.Single(_accounts.Calls));
        Assert.Equal([1, 2], Assert.Single(_feed.Letters).Entries.Select(entry => entry.Index));
        Assert.Equal((2, 2, 1), (_meter.Entries(OutcomeStatus.Recorded), _meter.Entries(OutcomeStatus.Rejected), _meter.DeadLetters));
        await StopAsync(running);
    }

    [Fact]
    public async Task No_more_is_taken_than_may_be_in_flight()
    {
        using var pipeline = Pipeline(settings => settings with { Prefetch = 7, BatchMessages = 3, Parallelism = 8 });
        _accounts.Hold();
        for (var i = 0; i < 20; i++)
            _feed.Send(Usage($"u{i}"));
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => pipeline.InFlight == 7 && _accounts.Calls.Count == 3, "its room is full");
        Assert.Equal(13, _feed.Untaken);
        Assert.Equal([3, 3, 1], _feed.Asked);
        _accounts.Release();
        await Eventually.TrueAsync(() => _feed.Told.Count == 20, "all are acknowledged");
        await StopAsync(running);
    }

    [Fact]
    public async Task No_more_batches_are_at_the_accounts_than_may_be()
    {
        using var pipeline = Pipeline(settings => settings with { BatchMessages = 1, Parallelism = 2 });
        _accounts.Hold();
        _feed.Send(Usage("one"), Usage("two"), Usage("three"), Usage("four"));
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => _accounts.Calls.Count == 2 && pipeline.InFlight == 3, "two are under way, and the next waits for its turn");
        Assert.Equal(1, _feed.Untaken);
        _accounts.Release();
        await Eventually.TrueAsync(() => _feed.Told.Count == 4, "all are acknowledged");
        await StopAsync(running);
    }

    [Theory]
    [InlineData(1)] // no room for another message while it waits
    [InlineData(100)] // room, and a feed that stays quiet
    public async Task What_was_unavailable_once_is_stored_at_the_next_try_also_with_one_slot(int prefetch)
    {
        using var pipeline = Pipeline(settings => settings with { Parallelism = 1, Prefetch = prefetch });
        _accounts.Answer("one", OutcomeStatus.Unavailable);
        _feed.Send(Usage("one"));
        var running = pipeline.RunAsync(_feed, _taking.Token);
        await Eventually.TrueAsync(() => pipeline.IsWaiting, "it waits for its next try");
        _accounts.Answer("one", OutcomeStatus.Recorded);

        await Eventually.TrueAsync(() => Moved(() => _feed.Told.Contains($"ack {Usage("one")}") && pipeline.InFlight == 0), "it is acknowledged");
        Assert.Equal(2, _accounts.Calls.Count);
        await StopAsync(running);
    }

    [Fact]
    public async Task A_stop_lets_what_was_taken_and_waits_for_its_turn_be_stored()
    {
        using var pipeline = Pipeline(settings => settings with { BatchMessages = 1, Parallelism = 1 });
        var running = await RunUntilOneWaitsAsync(pipeline);

        await _taking.CancelAsync();
        _accounts.Release();

        await running.WaitAsync(SomePause);
        Assert.Equal([$"ack {Usage("one")}", $"ack {Usage("two")}"], _feed.Told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_lost_feed_gives_up_also_what_waits_for_its_turn()
    {
        using var pipeline = Pipeline(settings => settings with { BatchMessages = 1, Parallelism = 1 });
        var running = await RunUntilOneWaitsAsync(pipeline);

        _feed.Lose();

        await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(SomePause));
        Assert.Empty(_feed.Told);
        Assert.Equal((1, 0), (_accounts.Calls.Count, pipeline.InFlight));
    }

    [Fact]
    public async Task While_messages_of_too_many_bytes_are_under_way_no_more_are_taken()
    {
        using var pipeline = Pipeline(settings => settings with { BatchMessages = 1, InFlightBytes = Usage("one").Length });
        _accounts.Hold();
        _feed.Send(Usage("one"), Usage("two"));
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => _accounts.Calls.Count == 1, "the first is under way");
        Assert.Equal(1, _feed.Untaken);
        _accounts.Release();
        await Eventually.TrueAsync(() => _feed.Told.Count == 2, "both are acknowledged");
        await StopAsync(running);
    }

    [Fact]
    public async Task A_stop_finishes_what_is_under_way_and_takes_no_more()
    {
        using var pipeline = Pipeline();
        _accounts.Hold();
        _feed.Send(Usage("one"));
        var running = pipeline.RunAsync(_feed, _taking.Token);
        await Eventually.TrueAsync(() => _accounts.Calls.Count == 1, "it is under way");

        await _taking.CancelAsync();
        _feed.Send(Usage("two"));
        Assert.False(running.IsCompleted);
        _accounts.Release();

        await running.WaitAsync(SomePause);
        Assert.Equal([$"ack {Usage("one")}"], _feed.Told);
    }

    [Fact]
    public async Task A_stop_gives_back_what_cannot_be_stored_unacknowledged_and_nothing_else()
    {
        using var pipeline = Pipeline();
        _accounts.Answer("one", OutcomeStatus.Unavailable);
        _feed.Send(Usage("one"), Usage("two"));
        var running = pipeline.RunAsync(_feed, _taking.Token);
        await Eventually.TrueAsync(() => pipeline.IsWaiting && pipeline.InFlight == 1, "it waits");

        await _taking.CancelAsync();
        await Eventually.TrueAsync(() => Moved(() => running.IsCompleted), "the bound has passed");
        await running;
        Assert.Equal([$"ack {Usage("two")}", $"release {Usage("one")}"], _feed.Told.Where(line => !line.StartsWith("keep", StringComparison.Ordinal)));
        Assert.Equal(0, pipeline.InFlight);
    }

    [Fact]
    public async Task A_lost_feed_gives_up_what_is_under_way_without_a_word()
    {
        using var pipeline = Pipeline();
        _accounts.Hold();
        _feed.Send(Usage("one"));
        var running = pipeline.RunAsync(_feed, _taking.Token);
        await Eventually.TrueAsync(() => _accounts.Calls.Count == 1, "it is under way");

        _feed.Lose();

        await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(SomePause));
        Assert.Empty(_feed.Told);
        Assert.Equal(0, pipeline.InFlight);
    }

    [Fact]
    public async Task A_feed_that_says_why_it_is_lost_is_heard()
    {
        using var pipeline = Pipeline();
        var running = pipeline.RunAsync(_feed, _taking.Token);

        _feed.Lose("polling failed");

        Assert.Equal("polling failed", (await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(SomePause))).Message);
    }

    [Fact]
    public async Task An_acknowledgement_that_cannot_be_sent_ends_the_feed()
    {
        using var pipeline = Pipeline();
        _feed.RefusesAcknowledgements = true;
        _feed.Send(Usage("one"));

        var fault = await Assert.ThrowsAsync<IOException>(() => pipeline.RunAsync(_feed, _taking.Token).WaitAsync(SomePause));

        Assert.Equal("the channel is closed", fault.Message);
        Assert.Equal([$"release {Usage("one")}"], _feed.Told);
        Assert.Equal(0, _meter.Entries(OutcomeStatus.Recorded));
    }

    [Fact]
    public async Task What_is_under_way_for_long_is_kept_and_nothing_else()
    {
        using var pipeline = Pipeline();
        _accounts.Answer("slow", OutcomeStatus.Unavailable);
        _feed.Send(Usage("slow"), Usage("quick"));
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => Moved(() => _feed.Told.Any(line => line.StartsWith("keep", StringComparison.Ordinal))), "it is kept");
        Assert.DoesNotContain($"keep {Usage("quick")}", _feed.Told);
        await StopAsync(running);
    }

    [Fact]
    public async Task A_format_that_fails_by_a_fault_of_ours_costs_a_dead_letter_and_blocks_nobody()
    {
        using var pipeline = Pipeline(format: new FaultyFormat());
        _feed.Send("boom", Usage("good"));
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => _feed.Told.Contains($"ack {Usage("good")}") && _feed.Told.Contains("ack boom"), "both are settled");
        Assert.Single(_feed.Letters);
        await StopAsync(running);
    }

    [Fact]
    public async Task An_empty_message_is_acknowledged()
    {
        using var pipeline = Pipeline();
        _feed.Send("[]");
        var running = pipeline.RunAsync(_feed, _taking.Token);

        await Eventually.TrueAsync(() => _feed.Told.SequenceEqual(["ack []"]), "it is acknowledged");
        await StopAsync(running);
    }

    private static string Usage(string id) => $$"""{"accountId":"a","usageId":"{{id}}","amount":1,"timestamp":1}""";

    private SourcePipeline Pipeline(Func<SourceSettings, SourceSettings>? change = null, IEntryFormat? format = null)
    {
        var settings = new SourceSettings
        {
            Name = "usage",
            Kind = SourceKind.Nats,
            Address = "nowhere",
            Parallelism = 4,
            Prefetch = 100,
            BatchMessages = 10,
            InFlightBytes = 1_000_000,
            Drain = TimeSpan.FromSeconds(10),
        };
        return new SourcePipeline(change?.Invoke(settings) ?? settings, format ?? new JsonFormat(), _accounts.RecordAsync, _meter, _time, NullLogger.Instance);
    }

    /// <summary>One message at the accounts, which hold it, and one that is taken and waits for its turn.</summary>
    /// <returns>The pipeline's run.</returns>
    private async Task<Task> RunUntilOneWaitsAsync(SourcePipeline pipeline)
    {
        _accounts.Hold();
        _feed.Send(Usage("one"), Usage("two"));
        var running = pipeline.RunAsync(_feed, _taking.Token);
        await Eventually.TrueAsync(() => _accounts.Calls.Count == 1 && pipeline.InFlight == 2, "the second waits for its turn");
        return running;
    }

    /// <summary>Moves the clock a little each time it is asked, so that whoever sleeps wakes.</summary>
    private bool Moved(Func<bool> condition)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    }

    private async Task StopAsync(Task running)
    {
        await _taking.CancelAsync();
        await Eventually.TrueAsync(() => Moved(() => running.IsCompleted), "the pipeline has stopped");
        await running;
    }

    private sealed class FaultyFormat : IEntryFormat
    {
        public IReadOnlyList<GpuCredit.Host.Http.EntryDraft> Read(in IncomingMessage message) =>
            message.Body.Length == "boom".Length ? throw new InvalidOperationException("a fault of ours") : new JsonFormat().Read(message);
    }
}
