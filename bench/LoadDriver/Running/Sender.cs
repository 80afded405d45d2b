using System.Diagnostics;
using LoadDriver.Judging;
using LoadDriver.Measuring;
using LoadDriver.Settings;
using LoadDriver.Work;

namespace LoadDriver.Running;

/// <summary>Sends one request until it is decided, and writes down what became of it.</summary>
internal sealed class Sender(PatientDoor door, LoadOptions options, Books books, Tally tally)
{
    /// <param name="request">What is sent.</param>
    /// <param name="due">From when its latency counts, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="free">When it could have left.</param>
    public async Task SendAsync(LoadRequest request, long due, long free)
    {
        tally.Starts(request, Stopwatch.GetElapsedTime(free));
        TimeSpan? latency = null;
        if (request.Kind == RequestKind.Ask)
        {
            if (await door.AskAsync(options.AccountId(request.Account), request.At) is not null)
                latency = Stopwatch.GetElapsedTime(due);
        }
        else
        {
            var outcomes = await door.RecordAsync([.. request.Entries.Select(entry => entry.ToEntry(options.AccountId(entry.Account)))]);
            if (outcomes.All(outcome => outcome is not null))
                latency = Stopwatch.GetElapsedTime(due);
            for (var i = 0; i < outcomes.Length; i++)
            {
                if (outcomes[i] is not { } outcome)
                    continue;
                tally.Decided(outcome);
                books.Decide(request.Entries[i], outcome);
            }
        }

        tally.Ends(request.Kind, latency);
    }
}
