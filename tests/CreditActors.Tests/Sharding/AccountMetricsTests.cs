using System.Diagnostics.Metrics;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;

namespace CreditActors.Tests.Sharding;

public sealed class AccountMetricsTests : Akka.TestKit.Xunit2.TestKit
{
    private readonly Meter _meter = new(AccountMetrics.MeterName);
    private readonly AccountMetrics _metrics;
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, double> _seen = new(StringComparer.Ordinal);

    public AccountMetricsTests()
    {
        _metrics = new AccountMetrics(_meter);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _meter)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => See(instrument, value, labels));
        _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => See(instrument, value, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => See(instrument, value, labels));
        _listener.Start();
    }

    [Fact]
    public void Every_outcome_is_counted_by_its_status()
    {
        foreach (var status in Enum.GetValues<OutcomeStatus>())
            _metrics.Recorded(new EntryOutcome(status, 1), TimeSpan.FromSeconds(1));
        foreach (var status in Enum.GetValues<OutcomeStatus>())
            Assert.Equal(1, _seen[$"gpucredit.entries status={status.ToString().ToLowerInvariant()}"]);
        Assert.Equal(7, _seen["gpucredit.call.duration call=record"]);
    }

    [Fact]
    public void A_batch_counts_each_of_its_entries_and_one_call()
    {
        var recorded = new EntryOutcome(OutcomeStatus.Recorded, 1);
        _metrics.Recorded([recorded, new EntryOutcome(OutcomeStatus.Duplicate, 1), recorded], TimeSpan.FromSeconds(2));
        Assert.Equal(
            new Dictionary<string, double> { ["gpucredit.call.duration call=record"] = 2, ["gpucredit.entries status=duplicate"] = 1, ["gpucredit.entries status=recorded"] = 2 },
            _seen);
    }

    [Fact]
    public async Task The_client_counts_what_it_refuses_what_is_answered_and_what_is_under_way()
    {
        var region = CreateTestProbe();
        var client = Clients.Of(region, new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TriesMax: 1, EntriesInFlightMax: 1), TimeProvider.System, metrics: _metrics);
        await client.RecordAsync("a", new Usage("u", 0, 1));
        var question = client.GetBalanceAsync("a", 5);
        await region.ExpectMsgAsync<GetBalance>();
        await client.GetBalanceAsync("a", 5);
        _listener.RecordObservableInstruments();
        region.Reply(new BalanceAnswer("a", 5, 10, 1));
        await question;
        Assert.Equal(
            (1, 1, 1, 1, 1),
            (_seen["gpucredit.entries status=rejected"], _seen["gpucredit.questions result=answered"], _seen["gpucredit.questions result=unavailable"], _seen["gpucredit.in_flight"], _seen["gpucredit.in_flight.max"]));
    }

    [Fact]
    public async Task A_caller_that_goes_away_is_counted_and_for_how_long_it_had_waited()
    {
        var region = CreateTestProbe();
        var client = Clients.Of(region, new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TriesMax: 1, EntriesInFlightMax: 9), TimeProvider.System, metrics: _metrics);
        using var cancel = new CancellationTokenSource();
        Task[] calls = [client.RecordAsync("a", new Usage("u", 1, 1), cancel.Token), client.RecordAsync([new("a", new Usage("u", 1, 1))], cancel.Token), client.GetBalanceAsync("a", 5, cancel.Token)];
        await cancel.CancelAsync();
        foreach (var call in calls)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal((2, 1), (_seen["gpucredit.calls.given_up call=record"], _seen["gpucredit.calls.given_up call=balance"]));
        Assert.True(_seen["gpucredit.call.duration call=record"] > 0);
    }

    [Fact]
    public void The_gates_show_who_is_at_the_event_store_who_waits_and_whether_it_is_left_alone()
    {
        var one = new GateSettings(1, TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        var gates = new StoreGates(new(one, Sys.Scheduler), new(one, Sys.Scheduler));
        _metrics.Watch(gates);
        gates.Writes.Ask(TestActor, out _);
        gates.Writes.Ask(TestActor, out _);
        gates.Recoveries.Ask(TestActor, out _)!.Return(StoreResult.Failed);
        _listener.RecordObservableInstruments();
        Assert.Equal(
            (1, 1, 0, 0, 0, 1),
            (_seen["gpucredit.store.permits gate=writes"], _seen["gpucredit.store.waiting gate=writes"], _seen["gpucredit.store.shut gate=writes"],
                _seen["gpucredit.store.permits gate=recoveries"], _seen["gpucredit.store.waiting gate=recoveries"], _seen["gpucredit.store.shut gate=recoveries"]));
    }

    [Fact]
    public void The_accounts_in_memory_show_what_they_take_what_they_may_and_how_many_had_to_leave()
    {
        var residents = new ResidentAccounts(400);
        _metrics.Watch(residents);
        for (var i = 0; i < 3; i++)
            residents.Enter("a", TestActor, TestActor, 150);
        _listener.RecordObservableInstruments();
        Assert.Equal(
            (3, 450, 400, 3, 1),
            (_seen["gpucredit.resident.accounts"], _seen["gpucredit.resident.bytes"], _seen["gpucredit.resident.budget"], _seen["gpucredit.resident.wakes"], _seen["gpucredit.resident.evictions"]));
    }

    [Fact]
    public void Closings_show_how_many_were_begun_and_carried_out_what_left_by_them_and_how_many_are_under_way()
    {
        var closings = new Closings();
        _metrics.Watch(closings);
        for (var i = 0; i < 4; i++)
            closings.Begin();
        closings.End(folded: 20);
        closings.Leave();
        _listener.RecordObservableInstruments();
        Assert.Equal(
            (4, 1, 20, 2),
            (_seen["gpucredit.closings.begun"], _seen["gpucredit.closings.carried_out"], _seen["gpucredit.closings.folded"], _seen["gpucredit.closings.under_way"]));
    }

    protected override void AfterAll()
    {
        _listener.Dispose();
        _meter.Dispose();
        base.AfterAll();
    }

    private void See(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var name = string.Join(' ', [instrument.Name, .. labels.ToArray().Select(label => $"{label.Key}={label.Value}")]);
        lock (_seen)
            _seen[name] = _seen.GetValueOrDefault(name) + value;
    }
}
