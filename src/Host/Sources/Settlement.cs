namespace GpuCredit.Host.Sources;

/// <summary>
/// The last step of a message: acknowledged when it is good, or when its dead letter is stored. Each letter goes its own way: one
/// that can't be stored, or not soon, holds back no acknowledgement but its own message's.
/// </summary>
internal sealed class Settlement(string source, IFeed feed, UnderWay underWay, SourceMeter meter, Retries retries)
{
    /// <summary>Begins to settle them. Each task ends when its messages are acknowledged, and fails by an acknowledgement that can't be sent.</summary>
    /// <param name="decided">No entry of them waits any more.</param>
    /// <param name="cancellation">They are given up.</param>
    public IReadOnlyList<Task> Begin(List<MessageWork> decided, CancellationToken cancellation)
    {
        var good = new List<MessageWork>(decided.Count);
        var settling = new List<Task>();
        foreach (var message in decided)
        {
            if (message.Bad() is { Count: > 0 } entries)
                settling.Add(SettleBadAsync(message, new(source, message.Delivery, entries), cancellation));
            else
                good.Add(message);
        }

        settling.Add(AcknowledgeAsync(good, cancellation));
        return settling;
    }

    private async Task SettleBadAsync(MessageWork message, DeadLetter letter, CancellationToken cancellation)
    {
        var failures = 0;
        try
        {
            while (!await TryStoreAsync(letter, cancellation))
            {
                if (failures++ == 0)
                    retries.Begin();
                await retries.WaitAsync(failures, cancellation);
            }

            await AcknowledgeAsync([message], cancellation);
        }
        finally
        {
            if (failures > 0)
                retries.End();
        }
    }

    private async Task<bool> TryStoreAsync(DeadLetter letter, CancellationToken cancellation)
    {
        // So that a feed which throws at once, or works before it waits, doesn't keep the good ones.
        await Task.Yield();
        try
        {
            await feed.DeadLetterAsync(letter, cancellation);
            meter.CountDeadLetter();
            return true;
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            meter.Fail($"A dead letter couldn't be stored, and is tried again: {fault.Message}");
            return false;
        }
    }

    private async Task AcknowledgeAsync(List<MessageWork> messages, CancellationToken cancellation)
    {
        if (messages.Count == 0)
            return;
        await feed.AcknowledgeAsync([.. messages.Select(message => message.Delivery)], cancellation);
        foreach (var message in messages)
        {
            meter.CountDecided(message);
            underWay.Leave(message.Delivery);
        }
    }
}
