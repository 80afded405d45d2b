using System.Threading.Channels;
using GpuCredit.Host.Sources;

namespace Sources.Tests.Pipeline;

/// <summary>A broker in memory that notes, in order, what it was told.</summary>
internal sealed class FakeFeed : IFeed
{
    private readonly Channel<FakeDelivery> _messages = Channel.CreateUnbounded<FakeDelivery>();
    private readonly CancellationTokenSource _lost = new();
    private readonly Lock _gate = new();
    private readonly List<string> _told = [];
    private readonly List<int> _asked = [];
    private long _number;

    public CancellationToken Lost => _lost.Token;

    public bool IsConnected { get; set; } = true;

    public string? LostBecause { get; private set; }

    public string? Warning { get; init; }

    /// <summary>What closing it throws.</summary>
    public Exception? ClosingFault { get; init; }

    public TimeSpan KeepEvery => TimeSpan.FromSeconds(10);

    /// <summary>While it is set no dead letter is stored.</summary>
    public volatile bool RefusesLetters;

    /// <summary>The broker takes this one and never confirms it.</summary>
    public string? HangsLetterOf { get; init; }

    /// <summary>While it is set an acknowledgement throws.</summary>
    public volatile bool RefusesAcknowledgements;

    /// <summary>"ack body", "letter body: status", "keep body", "release body", in order.</summary>
    public IReadOnlyList<string> Told
    {
        get
        {
            lock (_gate)
                return [.. _told];
        }
    }

    /// <summary>How many messages were asked for, each time.</summary>
    public IReadOnlyList<int> Asked
    {
        get
        {
            lock (_gate)
                return [.. _asked];
        }
    }

    public IReadOnlyList<DeadLetter> Letters { get; } = new List<DeadLetter>();

    public int Untaken => _messages.Reader.Count;

    public void Send(params ReadOnlySpan<string> bodies)
    {
        foreach (var body in bodies)
            _messages.Writer.TryWrite(new FakeDelivery(++_number, body));
    }

    public void Lose(string? because = null)
    {
        LostBecause = because;
        _lost.Cancel();
    }

    public async Task<IReadOnlyList<Delivery>> TakeAsync(int messagesMax, CancellationToken cancellation)
    {
        lock (_gate)
            _asked.Add(messagesMax);
        await _messages.Reader.WaitToReadAsync(cancellation);
        var taken = new List<Delivery>();
        while (taken.Count < messagesMax && _messages.Reader.TryRead(out var message))
            taken.Add(message);
        return taken;
    }

    public Task AcknowledgeAsync(IReadOnlyList<Delivery> decided, CancellationToken cancellation)
    {
        if (RefusesAcknowledgements)
            throw new IOException("the channel is closed");
        Note(decided.Select(delivery => $"ack {((FakeDelivery)delivery).Body}"));
        return Task.CompletedTask;
    }

    public async Task DeadLetterAsync(DeadLetter letter, CancellationToken cancellation)
    {
        await Task.Yield();
        if (((FakeDelivery)letter.Delivery).Body == HangsLetterOf)
            await Task.Delay(Timeout.Infinite, cancellation);
        if (RefusesLetters)
            throw new IOException("no such queue");
        lock (_gate)
            ((List<DeadLetter>)Letters).Add(letter);
        Note([$"letter {((FakeDelivery)letter.Delivery).Body}"]);
    }

    public Task KeepAsync(IReadOnlyCollection<Delivery> underWay, CancellationToken cancellation)
    {
        Note(underWay.Select(delivery => $"keep {((FakeDelivery)delivery).Body}"));
        return Task.CompletedTask;
    }

    public Task ReleaseAsync(IReadOnlyList<Delivery> givenUp, CancellationToken cancellation)
    {
        Note(givenUp.Select(delivery => $"release {((FakeDelivery)delivery).Body}"));
        return Task.CompletedTask;
    }

    public Task<long?> ReadLagAsync(CancellationToken cancellation) => Task.FromResult<long?>(_messages.Reader.Count);

    public ValueTask DisposeAsync()
    {
        _lost.Dispose();
        return ClosingFault is { } fault ? ValueTask.FromException(fault) : ValueTask.CompletedTask;
    }

    private void Note(IEnumerable<string> lines)
    {
        lock (_gate)
            _told.AddRange(lines);
    }
}
