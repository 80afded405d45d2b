using System.Globalization;

namespace GpuCredit.Host.EventStore;

/// <summary>
/// Whether the store can be read and written now. It asks the store itself, so that a dead one is seen also while no
/// account writes, and it stores nothing.
/// </summary>
internal abstract class EventStoreProbe(TimeProvider? time)
{
    protected static readonly TimeSpan Within = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private Task<string?>? _asked;

    /// <summary>Null when the store answers; otherwise why it doesn't, in a few words. Ends within two seconds.</summary>
    /// <remarks>
    /// A store that hangs keeps its question: so one is under way at a time, and whoever comes meanwhile waits for the same
    /// one, as long as its own time lasts.
    /// </remarks>
    public async Task<string?> AskAsync(CancellationToken cancellation = default)
    {
        Task<string?> asked;
        lock (_gate)
        {
            if (_asked is null or { IsCompleted: true })
                _asked = Task.Run(AskNowAsync, CancellationToken.None);
            asked = _asked;
        }

        try
        {
            return await asked.WaitAsync(Within, _time, cancellation);
        }
        catch (TimeoutException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {Within.TotalSeconds} s");
        }
    }

    /// <summary>Asks, however long that takes; a store's own faults are answered, and not thrown.</summary>
    protected abstract Task<string?> AskNowAsync();
}
