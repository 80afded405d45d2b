namespace UnreliableNetwork;

/// <summary>What a network does to connections. Each share is of all connections, 0 to 1, and drawn for each by itself.</summary>
internal sealed record NetworkFaults
{
    /// <summary>Closed as soon as they are open.</summary>
    public double Refused { get; init; }

    /// <summary>Open, and nothing ever comes through.</summary>
    public double Silent { get; init; }

    /// <summary>Reset after so many bytes, in either direction: between messages, and in the middle of one.</summary>
    public double Cut { get; init; }

    /// <summary>A cut comes after 1 to so many bytes; short ones are as likely as long ones.</summary>
    public int CutBytesMax { get; init; } = 64 * 1024;

    /// <summary>Every byte goes over a second connection as well, at the same time.</summary>
    public double Twin { get; init; }

    /// <summary>All bytes, up to the cut if there was one, go over a new connection once more after the first has ended.</summary>
    public double Again { get; init; }

    /// <summary>Slowed down to <see cref="BytesPerSecond"/>.</summary>
    public double Throttled { get; init; }

    public int BytesPerSecond { get; init; } = 100_000;

    /// <summary>Each piece is held up by 0 to so long.</summary>
    public TimeSpan DelayMax { get; init; }

    /// <summary>A network as bad as a test bears. Every connection is cut in the end: one that lasted would soon carry everything.</summary>
    public static NetworkFaults Bad { get; } = new()
    {
        Refused = 0.05,
        Silent = 0.02,
        Cut = 1,
        Twin = 0.25,
        Again = 0.25,
        Throttled = 0.1,
        DelayMax = TimeSpan.FromMilliseconds(3),
    };

    /// <summary>A network that works.</summary>
    public static NetworkFaults None { get; } = new();
}
