using System.Diagnostics;
using GpuCredit.Client;
using LoadDriver.Doors;
using LoadDriver.Measuring;

namespace LoadDriver.Running;

/// <summary>A door with a good client's patience: what isn't decided is sent again with the same id, with pauses, until it is decided or the time is over.</summary>
internal sealed class PatientDoor(ILoadDoor door, TimeSpan patience, Tally tally)
{
    private readonly Backoff _backoff = new(new RetryOptions { DelayBase = TimeSpan.FromMilliseconds(50), DelayMax = TimeSpan.FromSeconds(2) });

    /// <returns>An outcome for each entry; null where there was none in time, and what became of it is unknown.</returns>
    public async Task<EntryOutcome?[]> RecordAsync(Entry[] entries)
    {
        var outcomes = new EntryOutcome?[entries.Length];
        var open = Enumerable.Range(0, entries.Length).ToList();
        await UntilAsync(async () =>
        {
            var answers = await door.RecordAsync(open.Count == entries.Length ? entries : [.. open.Select(i => entries[i])]);
            var places = open;
            open = [];
            TimeSpan? retryAfter = null;
            for (var i = 0; i < answers.Count; i++)
            {
                if (answers[i].Status != OutcomeStatus.Unavailable)
                {
                    outcomes[places[i]] = answers[i];
                    continue;
                }

                open.Add(places[i]);
                retryAfter = answers[i].RetryAfter ?? retryAfter;
                tally.Failed(Fault.Unavailable, answers[i].Detail);
            }

            return (open.Count == 0, retryAfter);
        });
        tally.GaveUp(open.Count);
        return outcomes;
    }

    /// <returns>Null where there was no answer in time.</returns>
    public async Task<BalanceOutcome?> AskAsync(string accountId, long at)
    {
        BalanceOutcome? answer = null;
        await UntilAsync(async () =>
        {
            answer = await door.AskAsync(accountId, at);
            if (answer.Status != BalanceStatus.Unavailable)
                return (true, null);
            tally.Failed(Fault.Unavailable, answer.Detail);
            return (false, answer.RetryAfter);
        });
        if (answer is { Status: BalanceStatus.Answered })
            return answer;
        tally.GaveUp(1);
        return null;
    }

    private async Task UntilAsync(Func<Task<(bool Done, TimeSpan? RetryAfter)>> tryOnce)
    {
        var begun = Stopwatch.GetTimestamp();
        for (var retry = 0; ; retry++)
        {
            TimeSpan? retryAfter;
            try
            {
                (var done, retryAfter) = await tryOnce();
                if (done)
                    return;
            }
            catch (GpuCreditException fault)
            {
                tally.Failed(Faults.Of(fault), fault.Message);
                if (!fault.IsTransient)
                    return;
                retryAfter = fault.RetryAfter;
            }

            var pause = _backoff.Next(retry, retryAfter);
            if (Stopwatch.GetElapsedTime(begun) + pause > patience)
                return;
            await Task.Delay(pause);
        }
    }
}
