using DoorBench.Doors;

namespace DoorBench.Outage;

/// <summary>Every door's callers, each sending its next batch when the last is acknowledged, at all doors at once.</summary>
internal sealed class FullLoad(IReadOnlyList<IDoor> doors, IReadOnlyList<UsageStream> usages)
{
    /// <summary>When nobody begins anything new, what is under way is stored in this.</summary>
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromMinutes(2);

    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _callers = Task.CompletedTask;
    private volatile bool _isEnough;

    public void Start() => _callers = Task.WhenAll(doors.SelectMany((door, n) => Enumerable.Range(0, door.Senders).Select(sender => Task.Run(() => CallAsync(door, sender, usages[n])))));

    /// <summary>Goes on for so long, or until a caller or <paramref name="beside"/> fails.</summary>
    public async Task GoOnAsync(TimeSpan time, Task beside) => await await Task.WhenAny(Task.Delay(time), _failed.Task, beside);

    /// <summary>Begins nothing new, and returns when everything is stored.</summary>
    public async Task EndAsync()
    {
        _isEnough = true;
        await _callers.WaitAsync(SettlesWithin);
        for (var n = 0; n < doors.Count; n++)
            await doors[n].WhenStoredAsync(usages[n].Taken);
    }

    private async Task CallAsync(IDoor door, int sender, UsageStream usages)
    {
        try
        {
            while (!_isEnough)
                await door.SendAsync(sender, usages.Take(door.BatchSize));
        }
        catch (Exception fault)
        {
            _isEnough = true;
            _failed.TrySetException(fault);
            throw;
        }
    }
}
