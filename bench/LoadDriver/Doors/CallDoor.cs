using GpuCredit.Client;

namespace LoadDriver.Doors;

/// <summary>The client's calls over HTTP or gRPC.</summary>
/// <param name="client">Without tries of its own: they are counted here.</param>
/// <param name="oneByOne">A call for each entry; otherwise all of a request go together.</param>
/// <param name="owned">What is closed with the door.</param>
internal sealed class CallDoor(IGpuCreditClient client, bool oneByOne, IDisposable owned) : ILoadDoor
{
    public async Task<IReadOnlyList<EntryOutcome>> RecordAsync(Entry[] entries)
    {
        if (!oneByOne)
        {
            var result = await client.SendAsync(entries, CancellationToken.None);
            return result.Outcomes ?? throw result.Fault!;
        }

        var outcomes = new EntryOutcome[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            outcomes[i] = entry.Kind == EntryKind.Credit
                ? await client.AddCreditAsync(entry.AccountId, entry.Id, entry.Amount, entry.Timestamp, entry.Expiration, entry.Priority)
                : await client.UseCreditAsync(entry.AccountId, entry.Id, entry.Amount, entry.Timestamp);
        }

        return outcomes;
    }

    public Task<BalanceOutcome> AskAsync(string accountId, long at) => client.GetBalanceAsync(accountId, at);

    public ValueTask DisposeAsync()
    {
        owned.Dispose();
        return ValueTask.CompletedTask;
    }
}
