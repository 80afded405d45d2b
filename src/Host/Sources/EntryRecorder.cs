using System.Collections.Immutable;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;
using GpuCredit.Host.Formats;
using GpuCredit.Host.Hosting;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Sources;

/// <summary>From a message to its entries, and from those to what the accounts answer.</summary>
/// <param name="source">The source's name, for the log.</param>
/// <param name="format">How its messages are read.</param>
/// <param name="record"><see cref="AccountClient.RecordAsync(IReadOnlyList{AccountEntry}, CancellationToken)"/>.</param>
/// <param name="meter">What it did.</param>
/// <param name="log">Where faults of ours go.</param>
internal sealed class EntryRecorder(
    string source,
    IEntryFormat format,
    Func<IReadOnlyList<AccountEntry>, CancellationToken, Task<ImmutableArray<EntryOutcome>>> record,
    SourceMeter meter,
    ILogger log)
{
    /// <summary>Entries in one call of the accounts' door at most: a message that holds more goes in several.</summary>
    private const int CallEntriesMax = HttpLimits.BatchEntriesMax;

    public MessageWork Read(Delivery delivery)
    {
        try
        {
            var drafts = format.Read(delivery.Message, out var skipped);
            return new(delivery, drafts, skipped);
        }
        catch (Exception fault)
        {
            // A fault of ours. The message is kept as a dead letter: tried again it would fail again, and block those behind it.
            HostLog.FormatFailed(log, source, delivery.Position, fault);
            return new(delivery, [EntryDraft.Refused("body", "can't be read, by a fault of the service; it is in its log")], skipped: 0);
        }
    }

    /// <summary>Sends what isn't decided yet, and notes what became of it.</summary>
    public async Task RecordAsync(List<MessageWork> messages, CancellationToken cancellation)
    {
        var entries = new List<AccountEntry>();
        var places = new List<(MessageWork Message, int Index)>();
        foreach (var message in messages)
        {
            for (var i = 0; i < message.Entries; i++)
            {
                if (!message.IsUndecided(i))
                    continue;
                var draft = message.DraftOf(i);
                entries.Add(new AccountEntry(draft.AccountId, draft.Entry!));
                places.Add((message, i));
                if (entries.Count == CallEntriesMax)
                    await CallAsync();
            }
        }

        if (entries.Count > 0)
            await CallAsync();

        async Task CallAsync()
        {
            var outcomes = await record(entries, cancellation);
            var unavailable = 0;
            for (var i = 0; i < outcomes.Length; i++)
            {
                places[i].Message.Decide(places[i].Index, outcomes[i]);
                if (outcomes[i].Status == OutcomeStatus.Unavailable)
                    unavailable++;
            }

            if (unavailable > 0)
                meter.Fail($"{unavailable} of {outcomes.Length} entries couldn't be stored: the accounts or the event store are unavailable. They are tried again.");
            entries.Clear();
            places.Clear();
        }
    }
}
